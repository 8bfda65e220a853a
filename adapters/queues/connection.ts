import type { Queue, RedisOptions } from 'bullmq';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { assertPair } from '../tls-pair.ts';
import type { TlsVariables } from '../tls-trouble.ts';

export type RedisConfig = Pick<Config, 'REDIS_URL'> & Partial<Pick<Config, (typeof tlsNames)[number]>>;

export const redisTlsVariables: TlsVariables = {
  ca: 'REDIS_TLS_CA_FILE',
  address: 'REDIS_URL',
  client: 'REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE',
  off: 'redis:// in REDIS_URL',
};

const tlsNames = ['REDIS_TLS_CA', 'REDIS_TLS_CERT', 'REDIS_TLS_KEY'] as const;

/**
 * ioredis options of a redis:// or rediss:// URL; BullMQ wants options, for it makes connections of its own from them. By rediss://
 * the server is always verified, its name included.
 * @throws BootreadyError `invalid-input` when the variables do not fit together
 */
export function toConnection(config: RedisConfig): RedisOptions {
  const { hostname, port, username, password, pathname, protocol } = new URL(config.REDIS_URL);
  const isTls = protocol === 'rediss:';
  if (!isTls && tlsNames.some((name) => config[name] !== undefined)) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'REDIS_TLS_ variables are set, but REDIS_URL does not use TLS.',
      remedy: 'Start REDIS_URL with rediss://, or remove those variables.',
    });
  }
  const { REDIS_TLS_CA: ca, REDIS_TLS_CERT: cert, REDIS_TLS_KEY: key } = config;
  assertPair(config, 'REDIS_TLS_CERT', 'REDIS_TLS_KEY');
  return {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
    ...(isTls ? { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } } : {}),
  };
}

/** Longer than this nobody waits at the end for a Redis that does not answer. */
export const goodbyeMs = 2000;

/**
 * Ends a producing queue and its connection. Cuts the connection first, because `close` alone sends QUIT. While Redis is down that fails or hangs, and leaves a
 * client that reconnects forever and keeps the process from ending.
 */
export async function closeQueue(queue: Queue): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, goodbyeMs).unref());
  await Promise.race([queue.disconnect().catch(() => undefined), late]);
  await Promise.race([queue.close().catch(() => undefined), late]);
}
