import type { Queue, RedisOptions } from 'bullmq';

/** ioredis options of a redis:// or rediss:// URL; BullMQ wants options, for it makes connections of its own from them. */
export const connectionOf = (redisUrl: string): RedisOptions => {
  const { hostname, port, username, password, pathname, protocol } = new URL(redisUrl);
  return {
    host: hostname,
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
};

/** Longer than this nobody waits at the end for a Redis that does not answer. */
export const goodbyeMs = 2000;

/**
 * Ends a producing queue and its connection. Cut first: `close` alone sends QUIT, which fails or hangs while Redis is down and
 * leaves a client behind that reconnects for ever and keeps the process from ending.
 */
export const closeQueue = async (queue: Queue): Promise<void> => {
  const late = new Promise<void>((resolve) => setTimeout(resolve, goodbyeMs).unref());
  await Promise.race([queue.disconnect().catch(() => undefined), late]);
  await Promise.race([queue.close().catch(() => undefined), late]);
};
