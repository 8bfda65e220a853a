import { Redis } from 'ioredis';
import { type RedisConfig, toConnection } from '../queues/connection.ts';

/**
 * A connection for counters that a request waits for: a Redis that does not answer is an error at once, never a wait. What is
 * counted there may be lost.
 */
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
