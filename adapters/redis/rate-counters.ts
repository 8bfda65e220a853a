import { Redis } from 'ioredis';
import { type RedisConfig, toConnection } from '../queues/connection.ts';

/** A connection for counters that a request waits for. If Redis does not answer, that is an error at once, never a wait. The counters may be lost. */
export function openRateCounters(config: RedisConfig): Redis {
  const redis = new Redis({
    ...toConnection(config),
    connectTimeout: 500,
    commandTimeout: 500,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  redis.on('error', () => undefined);
  return redis;
}
