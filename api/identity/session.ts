import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ChooseProject, SignedOut } from '../../shared/contracts/api.ts';
import { BootreadyError, explain } from '../../shared/errors.ts';
import { hashOfKey, newSessionToken } from '../../shared/secrets/api-key.ts';
import type { ApiDeps } from '../deps.ts';
import { writeCookie } from './cookies.ts';
import { readIdentity, readKey } from './identity.ts';
import { readPlace, readToken, sessionCookie } from './session-cookie.ts';
import { openIssuersTokens, sessionSeconds } from './user-session.ts';

/** Signing in with a key, and out, for browsers. The browser sends the key once. From then on it sends a cookie that no script can read. */
export function sessionRoutes({ sessions, oidc }: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const withCookie = (request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): FastifyReply =>
      reply.header('set-cookie', writeCookie(sessionCookie, { value, seconds, origin: request.headers.origin }));

    app.post(
      '/session',
      {
        config: { audit: 'none', security: 'sign-in' },
        schema: {
          operationId: 'signIn',
          summary: 'Sign in a browser: sets a cookie for the key in the request',
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { keyId } = readIdentity(request);
        // A cookie that could make the next one would never end.
        if (keyId === undefined || readKey(request) === undefined) {
          throw new BootreadyError({
            code: 'forbidden',
            message: 'A session needs an API key, or a sign-in at the identity provider.',
            remedy: 'Send the key, or sign in on the portal page.',
          });
        }
        const token = newSessionToken();
        withCookie(request, reply, token, sessionSeconds);
        await sessions.create({
          keyId,
          place: readPlace(request),
          hash: hashOfKey(token),
          expiresAt: new Date(Date.now() + sessionSeconds * 1000),
        });
        return reply.code(204).send(null);
      },
    );

    app.patch(
      '/session',
      {
        config: { audit: 'none' },
        schema: {
          operationId: 'chooseProject',
          summary: 'Choose the project in which a signed-in user acts',
          body: ChooseProject,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { user } = readIdentity(request);
        const token = readToken(request);
        const { projectId } = request.body;
        if (!user || token === undefined || readKey(request) !== undefined || !user.projects.includes(projectId)) {
          throw new BootreadyError({
            code: 'forbidden',
            message: 'This is not one of your projects.',
            remedy: 'An API key belongs to one project. The identity provider lists the projects of a user.',
          });
        }
        await sessions.chooseProject(hashOfKey(token), projectId);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/session',
      {
        config: { audit: 'none', security: 'sign-out' },
        schema: {
          operationId: 'signOut',
          summary: 'Sign out a browser; `signOutUrl` also signs out at the identity provider',
          response: { 200: SignedOut, 204: z.null() },
        },
      },
      async (request, reply) => {
        const token = readToken(request);
        const encrypted = token === undefined ? undefined : await sessions.remove(hashOfKey(token));
        // https://www.w3.org/TR/clear-site-data/: what earlier versions let a browser keep goes too.
        withCookie(request, reply, '', 0).header('clear-site-data', '"cache"');
        const signOutUrl = encrypted && token !== undefined ? await urlFor(encrypted, token, request) : undefined;
        return signOutUrl === undefined ? reply.code(204).send(null) : { signOutUrl };
      },
    );

    /** A user who signs out is signed out here, whether the issuer answers or not. */
    const urlFor = async (encrypted: Buffer, token: string, { log }: FastifyRequest): Promise<string | undefined> => {
      try {
        return await oidc?.signOutUrl(openIssuersTokens(encrypted, token).idToken);
      } catch (error) {
        log.warn({ error: explain(error) }, 'nobody signs out at the issuer');
        return undefined;
      }
    };
  };
}
