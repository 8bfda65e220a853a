import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { EndedSessions, SessionList } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { SessionOwner } from '../../shared/ports/projects.ts';
import { hashOfKey } from '../../shared/secrets/api-key.ts';
import type { ApiDeps } from '../deps.ts';
import { readIdentity, readKey } from './identity.ts';
import { readToken } from './session-cookie.ts';

/** The owner of sessions. A key owns the sessions that were made with it. A user of the issuer owns their sessions in all projects. */
function findOwner(request: FastifyRequest): SessionOwner {
  const { keyId, user } = readIdentity(request);
  if (user) return { subject: user.subject };
  if (keyId !== undefined) return { keyId };
  throw new Error('an identity without key and user');
}

/** The session of the request itself, if it has one. */
function ownHash(request: FastifyRequest): Buffer | undefined {
  const token = readKey(request) === undefined ? readToken(request) : undefined;
  return token === undefined ? undefined : hashOfKey(token);
}

/** Where one is signed in. ASVS 5.0, 7.4 and 7.5. */
export function sessionListRoutes({ sessions }: Pick<ApiDeps, 'sessions'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/sessions',
      {
        schema: {
          operationId: 'listSessions',
          summary: 'Browsers signed in with your key or as your user, last used first',
          response: { 200: SessionList },
        },
      },
      async (request) => {
        const own = ownHash(request);
        const found = await sessions.list(findOwner(request));
        return {
          sessions: found.map(({ id, hash, createdAt, lastUsedAt, expiresAt, address, browser }) => ({
            id,
            address,
            browser,
            createdAt: createdAt.toISOString(),
            lastUsedAt: lastUsedAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
            isCurrent: own?.equals(hash) ?? false,
          })),
        };
      },
    );

    app.delete(
      '/sessions/:session',
      {
        config: { audit: 'session.end', security: 'sign-out' },
        schema: {
          operationId: 'endSession',
          summary: 'Sign one of these browsers out',
          params: z.object({ session: z.uuid() }),
          refuses: ['not-found'],
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        if (await sessions.end(request.params.session, findOwner(request))) return reply.code(204).send(null);
        throw new BootreadyError({
          code: 'not-found',
          message: 'You do not have this session.',
          remedy: 'GET /v1/sessions lists yours.',
        });
      },
    );

    app.delete(
      '/sessions',
      {
        config: { audit: 'session.end', security: 'sign-out' },
        schema: {
          operationId: 'endOtherSessions',
          summary: 'Sign all of these browsers out, except the one that asks',
          response: { 200: EndedSessions },
        },
      },
      async (request) => ({ ended: await sessions.endOthers(findOwner(request), ownHash(request)) }),
    );
  };
}
