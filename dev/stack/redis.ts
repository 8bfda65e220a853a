import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Service, startServer } from './service.ts';

export type RedisOptions = {
  dataDir: string;
  port: number;
  password: string;
  /** The address that it listens at. */
  host?: string;
  logFile?: string;
  /** redis.conf, line by line. */
  settings?: readonly string[];
};

/** AOF and `noeviction` as BullMQ asks: https://docs.bullmq.io/guide/going-to-production */
export async function startRedis(options: RedisOptions): Promise<Service & { url: string }> {
  const { dataDir, port, password, host = '127.0.0.1', logFile } = options;
  await mkdir(dataDir, { recursive: true });
  const url = `redis://:${password}@${host}:${port}`;
  const service = await startServer({
    name: 'Redis',
    command: 'redis-server',
    args: ['-'],
    input: [
      ...[`bind ${host}`, `port ${port}`, `dir "${dataDir}"`, `requirepass ${password}`],
      ...[
        'appendonly yes',
        'appendfsync everysec',
        'maxmemory-policy noeviction',
        'save ""',
        ...(options.settings ?? []),
        '',
      ],
    ].join('\n'),
    logFile: logFile ?? join(dataDir, 'redis.log'),
    ready: async () => {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.ping()) === 'PONG';
      } finally {
        client.disconnect();
      }
    },
  });
  return { ...service, url };
}
