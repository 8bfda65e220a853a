import type { ConnectionOptions } from 'node:tls';
import { Redis } from 'ioredis';
import { redisTlsVariables, toConnection } from '../../../adapters/queues/connection.ts';
import { tlsTrouble } from '../../../adapters/tls-trouble.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Dependency } from './dependency.ts';
import { reachByTls } from './reach.ts';
import { explainReason, shortenUrl } from './reason.ts';

/** The requirements of BullMQ: https://docs.bullmq.io/guide/redis-tm-compatibility and https://docs.bullmq.io/guide/going-to-production */
const oldest = [6, 2] as const;

export const redis: Dependency = {
  name: 'redis',
  seconds: 10,
  remedy: 'Check that Redis runs, and that REDIS_URL names it.',
  examine: async ({ config, say, signal }) => {
    const { tls, ...connection } = toConnection(config);
    const { host, port } = connection;
    // Data that was written before the server refused our certificate would hide the reason.
    if (tls && host && port) {
      await reachByTls({ ...(tls as ConnectionOptions), host, port }, signal).catch((error: unknown) => {
        throw unreachable(error, config.REDIS_URL);
      });
    }
    let refused: unknown;
    const client = new Redis({
      ...connection,
      ...(tls ? { tls } : {}),
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    client.on('error', (error) => {
      refused ??= error;
    });
    try {
      await client.connect();
      // INFO and not CONFIG, which hosted servers forbid.
      const facts = parseInfo(await client.info());
      const version = facts.get('redis_version') ?? '0';
      const [major = 0, minor = 0] = version.split('.').map(Number);
      if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
        say.failed(`Redis ${version} is too old for the queues.`, `Use Redis ${oldest.join('.')} or newer, or Valkey.`);
      }
      const policy = facts.get('maxmemory_policy');
      if (policy !== undefined && policy !== 'noeviction') {
        say.failed(
          `Its maxmemory-policy is ${policy}: when memory runs out, it deletes jobs.`,
          'Set it: redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf for the next start.',
        );
      }
      if (facts.get('aof_enabled') === '0') {
        say.warning(
          'It keeps no append-only file. A restart loses the jobs of the last seconds to minutes.',
          `Set appendonly yes. No upload is lost either way: the sweep finds it within ${config.SWEEP_SECONDS} seconds.`,
        );
      }
      say.ok(`Redis ${version} at ${shortenUrl(config.REDIS_URL)}.`);
    } catch (error) {
      throw unreachable(refused ?? error, config.REDIS_URL);
    } finally {
      client.disconnect();
    }
  },
};

function parseInfo(info: string): Map<string, string> {
  return new Map(
    info
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}

function unreachable(cause: unknown, url: string): BootreadyError {
  const credentials = /WRONGPASS|NOAUTH|invalid password/i.test(String(cause));
  const trouble = tlsTrouble(cause, redisTlsVariables);
  return new BootreadyError({
    code: 'unavailable',
    message: `Redis at ${shortenUrl(url)} ${credentials ? 'refuses the user or password' : `does not answer: ${trouble?.reason ?? explainReason(cause)}`}.`,
    remedy: credentials ? 'Correct the user and password in REDIS_URL.' : (trouble?.remedy ?? redis.remedy),
    cause,
  });
}
