import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hashOfKey, newSessionToken } from '../shared/api-key.ts';
import type { ApiDeps } from './deps.ts';
import { identityOf } from './identity.ts';
import { cookieFor, tokenOf } from './session-cookie.ts';

/** A working day; whoever works longer signs in again. */
const sessionSeconds = 12 * 3600;

/** Signing in and out, for browsers: the key is shown once, a cookie that no script can read stands for it from then on. */
export const sessionRoutes =
  ({ sessions }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const withCookie = (request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): FastifyReply => {
      const { name, marks } = cookieFor(request);
      return reply.header('set-cookie', `${name}=${value}; Max-Age=${seconds}; ${marks}`);
    };

    app.post(
      '/session',
      {
        schema: {
          operationId: 'signIn',
          summary: 'Sign a browser in: a cookie for the key that the request shows',
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const token = newSessionToken();
        withCookie(request, reply, token, sessionSeconds);
        await sessions.create({
          keyId: identityOf(request).keyId,
          hash: hashOfKey(token),
          expiresAt: new Date(Date.now() + sessionSeconds * 1000),
        });
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/session',
      { schema: { operationId: 'signOut', summary: 'Sign a browser out', response: { 204: z.null() } } },
      async (request, reply) => {
        const token = tokenOf(request);
        if (token !== undefined) await sessions.remove(hashOfKey(token));
        return withCookie(request, reply, '', 0).code(204).send(null);
      },
    );
  };
