import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyPluginAsync } from 'fastify';
import { isBootreadyError } from '../../shared/errors.ts';
import type { BearerDeps } from '../identity/bearer.ts';
import { identifyCaller } from '../identity/identity.ts';
import type { SessionDeps } from '../identity/user-session.ts';

/** The board's scripts and styles come from us; it sets styles of its own by script. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The queues for operators, read-only: the audit log does not record that someone repeats or removes a job, so the board does not offer it. The board has no
 * users of its own. An administrator who is signed in to the portal sees it. Other browsers ask for a name and a password: the password is the key of an administrator. Every request that changes something must come from
 * the board itself, because browsers send the password with requests from any site.
 */
export function queueBoard(queues: readonly Queue[], deps: BearerDeps & SessionDeps): FastifyPluginAsync {
  return async (app, { prefix }: { prefix?: string }) => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('content-security-policy', contentSecurityPolicy);
      const identity = await identifyCaller(request, deps).catch((error: unknown) => {
        if (isBootreadyError(error) && ['unauthenticated', 'forbidden'].includes(error.code)) return undefined;
        throw error;
      });
      if (identity?.role !== 'admin') {
        return reply
          .code(401)
          .header('www-authenticate', 'Basic realm="bootready: any name, the key of an administrator", charset="UTF-8"')
          .send({
            error: {
              code: 'unauthenticated',
              message: 'The queue board is for administrators.',
              remedy: 'Sign in to the portal as one, or give the key of one as password.',
              requestId: request.id,
            },
          });
      }
      const site = request.headers['sec-fetch-site'];
      if (request.method !== 'GET' && site !== undefined && site !== 'same-origin') {
        return reply.code(403).send({
          error: {
            code: 'forbidden',
            message: 'This came from another site.',
            remedy: 'Use the board itself.',
            requestId: request.id,
          },
        });
      }
    });
    // Its page requests fonts from a foreign server. The policy blocks that, so no foreign server learns that someone reads the queues.
    app.addHook('onSend', async (_request, reply, payload) => {
      const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
      return isPage && typeof payload === 'string' ? payload.replace(/<link href="https:[^>]{1,400}>/, '') : payload;
    });
    const adapter = new FastifyAdapter();
    adapter.setBasePath(prefix ?? '/queues');
    const queuesToSee = queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true }));
    createBullBoard({ queues: queuesToSee, serverAdapter: adapter });
    await app.register(adapter.registerPlugin());
  };
}
