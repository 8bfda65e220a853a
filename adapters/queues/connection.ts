import type { RedisOptions } from 'bullmq';

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
