import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ApiDeps } from '../../deps.ts';
import { readIdentity } from '../../identity/identity.ts';

/** Our only domain and our only region, for clients that expect Keystone's. */
export const domain = { id: 'default', name: 'Default' } as const;
export const region = 'RegionOne';

export function notManaged(): BootreadyError {
  return new BootreadyError({
    code: 'forbidden',
    message: 'Projects, users and roles are not managed here.',
    remedy: 'Operators manage them with "bootready project" and "bootready key".',
  });
}

/**
 * Data that all users may read about themselves in Keystone: who they are, and the scopes that a token can have. Only projects are scopes. The lists of domains
 * and of the system are empty; clients ask for them to offer a choice (Horizon, "openstack federation domain list"). `base` is the address of /v3.
 */
export function ownRoutes(
  app: FastifyInstance,
  { keys }: Pick<ApiDeps, 'keys'>,
  base: (request: FastifyRequest) => string,
): void {
  const self = (request: FastifyRequest, path: string) => ({ self: `${base(request)}${path}` });
  const list = (request: FastifyRequest) => ({
    links: { ...self(request, request.url.slice(request.url.indexOf('/v3') + 3)), next: null, previous: null },
  });
  const toProject = (request: FastifyRequest) => {
    const { projectId: id } = readIdentity(request);
    return {
      id,
      name: id,
      domain_id: domain.id,
      parent_id: domain.id,
      is_domain: false,
      description: '',
      enabled: true,
      tags: [],
      options: {},
      links: self(request, `/projects/${id}`),
    };
  };
  const describeRegion = (request: FastifyRequest) => ({
    id: region,
    description: '',
    parent_region_id: null,
    links: self(request, `/regions/${region}`),
  });
  const userId = (request: FastifyRequest): string => {
    const { keyId, user } = readIdentity(request);
    return keyId ?? user?.subject ?? '';
  };

  for (const path of ['/auth/projects', '/OS-FEDERATION/projects']) {
    app.get(`/v3${path}`, async (request) => ({ projects: [toProject(request)], ...list(request) }));
  }
  for (const path of ['/auth/domains', '/OS-FEDERATION/domains']) {
    app.get(`/v3${path}`, async (request) => ({ domains: [], ...list(request) }));
  }
  app.get('/v3/auth/system', async (request) => ({ system: [], links: self(request, '/auth/system') }));

  app.get('/v3/domains/default', async (request) => ({
    domain: {
      ...domain,
      description: '',
      enabled: true,
      tags: [],
      options: {},
      links: self(request, '/domains/default'),
    },
  }));
  app.get('/v3/regions', async (request) => ({ regions: [describeRegion(request)], ...list(request) }));
  app.get(`/v3/regions/${region}`, async (request) => ({ region: describeRegion(request) }));

  app.get('/v3/projects/:project', async (request) => {
    const { project } = request.params as { project: string };
    if (project !== readIdentity(request).projectId) throw notManaged();
    return { project: toProject(request) };
  });

  const ofSelf = (path: string, answer: (request: FastifyRequest) => object | Promise<object>): void => {
    app.get(`/v3/users/:user${path}`, async (request) => {
      const { user } = request.params as { user: string };
      if (user !== userId(request)) throw notManaged();
      return answer(request);
    });
  };
  ofSelf('', async (request) => {
    const { keyId, user } = readIdentity(request);
    const name = user?.name ?? (keyId === undefined ? undefined : (await keys.get(keyId))?.name);
    const id = userId(request);
    return {
      user: {
        id,
        name: name ?? id,
        domain_id: domain.id,
        enabled: true,
        password_expires_at: null,
        options: {},
        links: self(request, `/users/${encodeURIComponent(id)}`),
      },
    };
  });
  ofSelf('/projects', (request) => ({ projects: [toProject(request)], ...list(request) }));
  ofSelf('/groups', (request) => ({ groups: [], ...list(request) }));
}
