import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../shared/config.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { HttpMeter } from '../../shared/ports/meters.ts';
import type { RateCounters } from '../../shared/ports/rate-counters.ts';
import { toNetwork } from '../identity/client-network.ts';
import { readKey } from '../identity/identity.ts';
import { buildBody } from './errors.ts';

const windowMs = 60_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A probe of an orchestrator, which is never refused. */
    isProbe?: true;
    /**
     * The request shows a secret that is no key in a header: that of notifications, or a password in the body. The route says so, and not the address: one route has
     * many spellings (`/%65vents/`, `http://host/events/`).
     */
    shows?: 'events secret' | 'password';
  }
}

/** Stores are judged by their secret, and send as often as there are uploads. */
function isExempt(request: FastifyRequest): boolean {
  return request.routeOptions.config.isProbe === true || showsEventsSecret(request);
}

/** The secret of notifications is chosen by people: who guessed it too often is not heard. */
function showsEventsSecret({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.shows === 'events secret';
}

/** Whether a request showed something that could have been guessed. */
function mayGuess(request: FastifyRequest): boolean {
  return readKey(request) !== undefined || request.routeOptions.config.shows !== undefined;
}

/** In this order: the limit, what is left of it, and in how many seconds it counts from zero. */
export const rateHeaders = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'] as const;

type Limited = 'address' | 'key' | 'project' | 'guesses';

const sentences: Record<Limited, string> = {
  address: 'Your address has sent too many requests in the last minute.',
  key: 'Your key has sent too many requests in the last minute.',
  project: 'Your project has sent too many requests in the last minute.',
  guesses: 'Your address has sent too many wrong keys in the last minute.',
};

/**
 * Requests a minute by address, key and project, counted for all API processes together; and wrong keys by address, which are guesses: after some
 * they are all refused, and only right ones pass. When Redis does not answer, nothing is limited, and a metric says so. RateLimit headers as the draft of the IETF has them (draft-ietf-httpapi-ratelimit-headers-07).
 */
export async function limitRates(
  app: FastifyInstance,
  { config, counters, meter }: { config: Config; counters?: RateCounters | undefined; meter?: HttpMeter | undefined },
): Promise<void> {
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
        const values = [state.max, state.remaining, state.ttlInSeconds];
        for (const [index, name] of rateHeaders.entries()) reply.header(name, values[index]);
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
  const byAddress = limiter('address', config.RATE_PER_ADDRESS, ({ ip }) => toNetwork(ip));
  const guesses = limiter('guesses', config.GUESSES_PER_ADDRESS, ({ ip }) => toNetwork(ip));
  const byKey = limiter('key', config.RATE_PER_KEY, ({ identity }) => identity?.keyId ?? identity?.user?.subject);
  const byProject = limiter('project', config.RATE_PER_PROJECT, ({ identity }) => identity?.projectId);

  app.addHook('onRequest', async (request, reply) => {
    if (showsEventsSecret(request)) await guesses(request, reply, { increment: false });
    if (!isExempt(request)) await byAddress(request, reply);
  });
  // Behind all hooks that find out who asks, and before the body is read.
  app.addHook('preParsing', async (request, reply) => {
    await byProject(request, reply);
    await byKey(request, reply);
  });
  // A key has 256 random bits, so nobody guesses one. A correct key belongs to another user behind the same address as the guesser.
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode !== 401 || !mayGuess(request)) return payload;
    try {
      await guesses(request, reply);
      return payload;
    } catch (error) {
      // Fastify asks the handler of errors once for each request, and 401 was its answer.
      if (!isBootreadyError(error)) throw error;
      reply.code(429).removeHeader('www-authenticate').type('application/json; charset=utf-8');
      return JSON.stringify(buildBody(error, request));
    }
  });
}
