import type { FastifyInstance } from 'fastify';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import { inTurn } from './page.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is a stream that lasts as long as its client wants: it takes no turn. */
    staysOpen?: true;
  }
  interface FastifyRequest {
    /** Undefined before and after the turn. */
    endTurn?: (() => void) | undefined;
  }
}

/** If the client has gone, the framework may send no answer. The work ends much sooner than this. */
const longestAfterCloseMs = 30_000;

/**
 * Few requests are worked on at once, and projects take turns: each one holds a whole record while it waits for the next answer of the database. A turn ends when
 * the answer is ready, so downloads need no turn while their bytes pass. It does not end when the client goes, because the work goes on. Image data may take hours,
 * and has a budget of its own.
 */
export function takeTurns(app: FastifyInstance, slots: Pick<Slots, 'use'>): void {
  app.decorateRequest('endTurn', undefined);
  app.addHook('preHandler', async (request, reply) => {
    const { takesImageData, staysOpen } = request.routeOptions.config;
    if (takesImageData || staysOpen) return;
    await new Promise<void>((begin, refuse) => {
      const work = (): Promise<void> =>
        new Promise((end) => {
          request.endTurn = end;
          reply.raw.once('close', () => {
            if (request.endTurn) setTimeout(end, longestAfterCloseMs).unref();
          });
          begin();
        });
      inTurn(slots, request, reply, work).catch(refuse);
    });
  });
  app.addHook('onSend', async (request) => {
    request.endTurn?.();
    request.endTurn = undefined;
  });
}
