import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';
import type { KnownKey } from '../../../shared/ports/projects.ts';
import type { ApiDeps } from '../../deps.ts';
import { findBaseUrl } from '../../http/base-url.ts';
import { takeJsonOfAnyType } from '../../http/json-body.ts';
import { answerOpenStackErrors } from '../glance/errors.ts';
import { AuthRequest, keyOfRequest } from './credentials.ts';
import { domain, notManaged, ownRoutes, region } from './own.ts';
import { type Claims, identityOfToken, type Tokens } from './tokens.ts';

/**
 * The part of Keystone v3 that OpenStack's clients need to log in with an API key and to find the Image API. It does not manage users, projects or roles. A
 * request for those of others gets 403, as in Keystone, and clients then use the ids that they were given.
 */
export function keystoneRoutes(deps: ApiDeps, tokens: Tokens): FastifyPluginAsync {
  return async (app, { prefix = '' }: { prefix?: string }) => {
    const { config, keys } = deps;
    answerOpenStackErrors(app, `Keystone uri="${prefix}/v3"`);
    takeJsonOfAnyType(app);
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers({ vary: 'X-Auth-Token' });
      done();
    });
    app.addHook('onSend', (request, reply, _payload, done) => {
      reply.header('x-openstack-request-id', request.id);
      done();
    });

    const base = (request: FastifyRequest): string => `${findBaseUrl(request, config)}${prefix}/v3`;
    const version = (request: FastifyRequest) => ({
      id: 'v3.14',
      status: 'stable',
      updated: '2020-04-07T00:00:00Z',
      links: [{ rel: 'self', href: `${base(request)}/` }],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
    });
    app.get('/', async (request, reply) => reply.code(300).send({ versions: { values: [version(request)] } }));
    for (const path of ['/v3', '/v3/']) app.get(path, async (request) => ({ version: version(request) }));

    const catalog = (request: FastifyRequest) => {
      const service = (type: string, path: string) => ({
        id: type,
        type,
        name: `bootready-${type}`,
        endpoints: ['public', 'internal', 'admin'].map((name) => ({
          id: `${type}-${name}`,
          interface: name,
          region,
          region_id: region,
          url: `${findBaseUrl(request, config)}${path}`,
        })),
      });
      return [service('image', '/image'), service('identity', `${prefix}/v3`)];
    };

    const toTokenView = (request: FastifyRequest, key: KnownKey, claims: Claims, method: string) => ({
      token: {
        methods: [method],
        user: { id: key.keyId, name: key.name, domain, password_expires_at: null },
        audit_ids: [claims.audit],
        issued_at: new Date(claims.issuedAt).toISOString(),
        expires_at: new Date(claims.expiresAt).toISOString(),
        project: { id: key.projectId, name: key.projectId, domain },
        is_domain: false,
        roles: toRoles(key).map((role) => ({ id: role, name: role })),
        catalog: catalog(request),
      },
    });

    app.post('/v3/auth/tokens', { config: { security: 'sign-in', shows: 'password' } }, async (request, reply) => {
      const body = AuthRequest.safeParse(request.body);
      if (!body.success) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: 'The token request does not follow the Identity API v3.',
          remedy: 'Send auth.identity with the method password, token or application_credential.',
        });
      }
      const { key, method, expiresAt } = await keyOfRequest(body.data, { tokens, keys });
      const { token, claims } = tokens.issue(key, expiresAt);
      return reply
        .code(201)
        .header('x-subject-token', token)
        .send(toTokenView(request, key, claims, method));
    });

    await app.register(async (known) => {
      known.decorateRequest('identity', null);
      known.addHook('onRequest', async (request) => {
        request.identity = await identityOfToken(request.headers, { ...deps, tokens });
      });

      known.get('/v3/auth/tokens', async (request, reply) => {
        const subject = String(request.headers['x-subject-token'] ?? '');
        const read = await tokens.read(subject);
        const { identity } = request;
        // Administrators may read every token, all others only the tokens of their own key.
        if (!read || (identity?.role !== 'admin' && identity?.keyId !== read.key.keyId)) {
          throw new BootreadyError({ code: 'not-found', message: 'Token not found.' });
        }
        return reply.header('x-subject-token', subject).send(toTokenView(request, read.key, read.claims, 'token'));
      });

      known.get('/v3/auth/catalog', async (request) => ({
        catalog: catalog(request),
        links: { self: `${base(request)}/auth/catalog` },
      }));
      ownRoutes(known, deps, base);
      known.all('/v3/*', async () => {
        throw notManaged();
      });
    });
  };
}

/** The key's role and the roles that it includes, as in Keystone's defaults. */
function toRoles({ role }: KnownKey): string[] {
  if (role === 'reader') return ['reader'];
  return role === 'member' ? ['member', 'reader'] : ['admin', 'member', 'reader'];
}
