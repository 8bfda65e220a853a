import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { toNetwork } from '../identity/client-network.ts';
import { createMemoryBudget } from './memory-budget.ts';

/** Finds the client whose share of the memory a request uses. */
function findHolder({ identity, ip }: FastifyRequest): string {
  return identity?.projectId ?? toNetwork(ip);
}

/** Answers up to this size are not counted: errors must get through. */
const smallAnswer = 4096;

/**
 * Incoming bodies and unread answers are held in memory, and the clients decide how many there are at once. Both have a budget. Beyond it requests are refused
 * with 503 and `Retry-After`. Image data and event streams have their own budgets.
 */
export function limitHeldMemory(
  app: FastifyInstance,
  limits = {
    bodies: requestLimits.bodiesBytes.most,
    answers: requestLimits.answersBytes.most,
    unreadMs: requestLimits.unreadSeconds.most * 1000,
  },
): void {
  const bodies = createMemoryBudget(limits.bodies, {
    all: 'The API has no memory for more large requests.',
    own: 'You have reached your limit of large requests at the same time.',
    remedy: requestLimits.bodiesBytes.remedy,
  });
  const answers = createMemoryBudget(limits.answers, {
    all: 'The API has no memory for more responses.',
    own: 'You have reached your limit of unread responses.',
    remedy: requestLimits.answersBytes.remedy,
  });

  app.addHook('preParsing', async (request, reply, payload) => {
    const { headers, routeOptions } = request;
    const length = headers['transfer-encoding'] ? routeOptions.bodyLimit : Number(headers['content-length'] ?? 0);
    if (!routeOptions.config.takesImageData && length > 0) {
      // If the length is over the limit of the body, the request is refused by its length.
      const taken = bodies.take(findHolder(request), Math.min(length, routeOptions.bodyLimit));
      reply.raw.once('close', taken.giveBack);
    }
    return payload;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    // A buffer lies outside the heap, and uses exactly the counted bytes.
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    if (bytes.length <= smallAnswer) return payload;
    const taken = answers.take(findHolder(request), bytes.length);
    reply.raw.once('close', taken.giveBack);
    reply.raw.setTimeout(limits.unreadMs, () => void reply.raw.destroy());
    return bytes;
  });
}
