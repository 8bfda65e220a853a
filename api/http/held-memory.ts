import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { toNetwork } from '../identity/client-network.ts';
import { createMemoryBudget, type FullBudget } from './memory-budget.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who has shown a secret, but not the key of a project. */
    knownAs?: string;
  }
}

/** The client whose share of the memory a request uses. A stranger is an address, and has a share of what strangers have. */
function findHolder({ identity, knownAs, ip }: FastifyRequest): { name: string; isStranger: boolean } {
  const name = identity?.projectId ?? knownAs;
  return { name: name ?? toNetwork(ip), isStranger: name === undefined };
}

/** Answers up to this size are not counted: errors must get through. */
const smallAnswer = 4096;

/**
 * Incoming bodies and unread answers are held in memory, and the clients decide how many there are at once. Both have a budget. Beyond it requests are refused
 * with 503 and `Retry-After`. Strangers have a budget of their own: a client with two addresses could otherwise keep everybody with a key out. Image data and event
 * streams have their own budgets too.
 */
export function limitHeldMemory(
  app: FastifyInstance,
  limits = {
    bodies: requestLimits.bodiesBytes.most,
    answers: requestLimits.answersBytes.most,
    strangers: { bodies: requestLimits.strangersBodiesBytes.most, answers: requestLimits.strangersAnswersBytes.most },
    unreadMs: requestLimits.unreadSeconds.most * 1000,
  },
): void {
  app.decorateRequest('knownAs', undefined);
  const createBudget = (most: number, strangers: number, full: FullBudget) => {
    const [known, unknown] = [createMemoryBudget(most, full, true), createMemoryBudget(strangers, full, true)];
    return (request: FastifyRequest, bytes: number) => {
      const { name, isStranger } = findHolder(request);
      return (isStranger ? unknown : known).take(name, bytes);
    };
  };
  const takeForBody = createBudget(limits.bodies, limits.strangers.bodies, {
    all: 'The API has no memory for more large requests.',
    own: 'You have reached your limit of large requests at the same time.',
    remedy: requestLimits.bodiesBytes.remedy,
  });
  const takeForAnswer = createBudget(limits.answers, limits.strangers.answers, {
    all: 'The API has no memory for more responses.',
    own: 'You have reached your limit of unread responses.',
    remedy: requestLimits.answersBytes.remedy,
  });

  app.addHook('preParsing', async (request, reply, payload) => {
    const { headers, routeOptions } = request;
    const length = headers['transfer-encoding'] ? routeOptions.bodyLimit : Number(headers['content-length'] ?? 0);
    if (!routeOptions.config.takesImageData && length > 0 && !reply.raw.destroyed) {
      // If the length is over the limit of the body, the request is refused by its length.
      const taken = takeForBody(request, Math.min(length, routeOptions.bodyLimit));
      reply.raw.once('close', taken.giveBack);
    }
    return payload;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    // A buffer lies outside the heap, and uses exactly the counted bytes.
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    if (bytes.length <= smallAnswer) return payload;
    // Its client has gone: nothing is kept for it, and nothing would give the bytes back.
    if (reply.raw.destroyed) return bytes;
    const taken = takeForAnswer(request, bytes.length);
    reply.raw.once('close', taken.giveBack);
    reply.raw.setTimeout(limits.unreadMs, () => void reply.raw.destroy());
    return bytes;
  });
}
