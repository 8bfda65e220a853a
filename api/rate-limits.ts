import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../shared/config.ts';
import { BootreadyError } from '../shared/errors.ts';
import type { HttpMeter } from '../shared/ports/meters.ts';
import type { RateCounters } from '../shared/ports/rate-counters.ts';
import { keyOf } from './identity.ts';

const windowMs = 60_000;

/** Probes of orchestrators are never refused; stores are judged by their secret, and send as often as there are uploads. */
const isExempt = ({ url }: FastifyRequest): boolean => /^\/(?:livez|readyz)$|^\/events\//.test(url);

/** Whether a request showed something that could have been guessed. */
const hasGuessed = (request: FastifyRequest): boolean =>
  keyOf(request) !== undefined || request.url.startsWith('/events/');

type Limited = 'address' | 'key' | 'project' | 'guesses';

const sentences: Record<Limited, string> = {
  address: 'Too many requests have come from your address in the last minute.',
  key: 'Too many requests have come with your key in the last minute.',
  project: 'Too many requests have come from your project in the last minute.',
  guesses: 'Too many wrong keys have come from your address in the last minute.',
};

/**
 * Requests a minute by address, key and project, counted for all API processes together; and wrong keys by address, which are guesses. When Redis
 * does not answer, nothing is limited, and a metric says so. RateLimit headers as the draft of the IETF has them (draft-ietf-httpapi-ratelimit-headers-07).
 */
export const limitRates = async (
  app: FastifyInstance,
  { config, counters, meter }: { config: Config; counters?: RateCounters | undefined; meter?: HttpMeter | undefined },
): Promise<void> => {
  await app.register(rateLimit, {
    global: false,
    nameSpace: 'bootready-rate-',
    skipOnError: true,
    ...(counters ? { redis: counters } : {}),
  });
  const limiter = (what: Limited, max: number, of: (request: FastifyRequest) => string | undefined) => {
    const check = app.createRateLimit({
      max,
      timeWindow: windowMs,
      keyGenerator: (request) => `${what}:${of(request)}`,
    });
    return async (request: FastifyRequest, reply: FastifyReply, options?: { increment: boolean }): Promise<void> => {
      if (of(request) === undefined) return;
      const state = await check(request, options);
      if (counters && counters.status !== 'ready') return meter?.unlimited();
      if (state.isAllowed) return;
      if (what !== 'guesses') {
        reply.headers({
          'ratelimit-limit': state.max,
          'ratelimit-remaining': state.remaining,
          'ratelimit-reset': state.ttlInSeconds,
        });
      }
      if (!state.isExceeded) return;
      reply.header('retry-after', state.ttlInSeconds);
      throw new BootreadyError({
        code: 'too-many-requests',
        message: `${sentences[what]} At most ${state.max} are taken.`,
        remedy: `Try again in ${state.ttlInSeconds} seconds.`,
        retryable: true,
      });
    };
  };
  const byAddress = limiter('address', config.RATE_PER_ADDRESS, ({ ip }) => ip);
  const guesses = limiter('guesses', config.GUESSES_PER_ADDRESS, ({ ip }) => ip);
  const byKey = limiter('key', config.RATE_PER_KEY, ({ identity }) => identity?.keyId ?? identity?.user?.subject);
  const byProject = limiter('project', config.RATE_PER_PROJECT, ({ identity }) => identity?.projectId);

  app.addHook('onRequest', async (request, reply) => {
    if (hasGuessed(request)) await guesses(request, reply, { increment: false });
    if (!isExempt(request)) await byAddress(request, reply);
  });
  // Behind all hooks that find out who asks, and before the body is read.
  app.addHook('preParsing', async (request, reply) => {
    await byProject(request, reply);
    await byKey(request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    // It is the next one that is refused.
    if (reply.statusCode === 401 && hasGuessed(request)) await guesses(request, reply).catch(() => undefined);
  });
};
