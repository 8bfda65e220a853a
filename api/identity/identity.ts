import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';
import type { Identity, Role } from '../../shared/ports/projects.ts';
import type { WithinScope } from '../../shared/ports/scope.ts';
import { type BearerDeps, identityOfSecret } from './bearer.ts';
import { identityOfSession } from './session-cookie.ts';
import type { SessionDeps } from './user-session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null only before the key was looked up. */
    identity: Identity | null;
  }
}

/** The key or token that a request shows: Bearer, `X-Auth-Token` as OpenStack's clients have it, or the password of HTTP Basic (browsers). */
export function readKey(request: FastifyRequest): string | undefined {
  const authorization = request.headers.authorization;
  const bearer = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (bearer) return bearer;
  const basic = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (basic) return Buffer.from(basic, 'base64').toString('utf8').split(':').slice(1).join(':');
  const token = request.headers['x-auth-token'];
  return typeof token === 'string' ? token : undefined;
}

/** @throws `unauthenticated`, and what the issuer has against its token */
async function authenticate(request: FastifyRequest, deps: BearerDeps): Promise<Identity> {
  const key = readKey(request);
  const identity = key === undefined ? undefined : await identityOfSecret(key, request.headers, deps);
  if (identity) return identity;
  throw new BootreadyError({
    code: 'unauthenticated',
    message: key === undefined ? 'The request has no API key.' : 'The API key is invalid or has expired.',
    remedy: 'Send "Authorization: Bearer KEY". An operator creates keys with "bootready key create".',
  });
}

/** The routes below always work in the scope of the caller. The identity is known at that point. */
export function actInScope(app: FastifyInstance, within: WithinScope): void {
  // Not earlier: what reads the body calls back from where no scope is.
  app.addHook('preHandler', (request, _reply, done) => {
    const projectId = readScope(request);
    within(projectId === undefined ? 'everything' : { projectId }, done);
  });
}

/** A key or token if one is shown, or else the session of a browser that has shown one. @throws as `authenticate` */
export async function identifyCaller(request: FastifyRequest, deps: BearerDeps & SessionDeps): Promise<Identity> {
  const session = readKey(request) === undefined ? await identityOfSession(request, deps) : undefined;
  return session ?? (await authenticate(request, deps));
}

/** Every route below needs a key, a token of the issuer, or the session of a browser that has shown one. */
export function identify(app: FastifyInstance, deps: BearerDeps & SessionDeps & { within: WithinScope }): void {
  app.decorateRequest('identity', null);
  app.addHook('onRequest', async (request) => {
    request.identifyAgain = () => identifyCaller(request, deps);
    request.identity = await request.identifyAgain();
  });
  actInScope(app, deps.within);
}

export function readIdentity(request: FastifyRequest): Identity {
  if (!request.identity) throw new Error('a route without identify()');
  return request.identity;
}

/** The project that an identity may see; undefined means everything. For the `projectId` filters of the stores. */
export function readScope(request: FastifyRequest): string | undefined {
  const { role, projectId } = readIdentity(request);
  return role === 'admin' ? undefined : projectId;
}

const rank: Record<Role, number> = { reader: 0, member: 1, admin: 2 };

/** A hook for routes that change something. @throws `forbidden` */
export function atLeast(role: Role) {
  return async (request: FastifyRequest): Promise<void> => {
    if (rank[readIdentity(request).role] >= rank[role]) return;
    throw new BootreadyError({
      code: 'forbidden',
      message: `This request needs the role "${role}"; you have "${readIdentity(request).role}".`,
      remedy: 'Ask an operator for that role, or for a key with it.',
    });
  };
}
