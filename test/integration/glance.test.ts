import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { glanceRoutes } from '../../api/openstack/glance/routes.ts';
import { callImageApi, newer } from '../support/call-image-api.ts';
import type { Installation } from '../support/installation.ts';

/** Who may do what by the Image API over HTTP, route by route. The clients' own view is in openstack-clients.test.ts. */

const api = callImageApi();
const { keys, keyIds, call, create } = api;
let installation: Installation;
let cookie: string;
beforeAll(() => {
  ({ installation, cookie } = api);
});

/** Every route below /image/v2, from the routes themselves. */
async function routes(): Promise<{ method: string; path: string }[]> {
  const found: { method: string; path: string }[] = [];
  const app = Fastify();
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) {
      if (each !== 'HEAD' && /^\/v2\/./.test(url) && !config?.isRefusal) found.push({ method: each, path: url });
    }
  });
  await app.register(glanceRoutes({} as ApiDeps, {} as never));
  await app.close();
  return found;
}
const bodies: Record<string, unknown> = {
  'POST /v2/images': { name: 'x' },
  'PATCH /v2/images/:id': [],
  'POST /v2/images/:id/members': { member: 'other' },
  'PUT /v2/images/:id/members/:member': { status: 'accepted' },
  'POST /v2/images/:id/import': { method: { name: 'glance-direct' } },
  'PUT /v2/images/:id/file': Buffer.from('bytes'),
  'PUT /v2/images/:id/stage': Buffer.from('bytes'),
};
function ask(who: string | undefined, { method, path }: { method: string; path: string }, id: string, headers = {}) {
  return call(
    who,
    method,
    path
      .replace(':id', id)
      .replace(':tag', 't')
      .replace(':member', 'other')
      .replace(':store', 'images')
      .replace(':task', randomUUID())
      .replace('*', 'x'),
    bodies[`${method} ${path}`],
    { ...(method === 'PATCH' ? newer : {}), ...headers },
  );
}

describe('who may do what', () => {
  test('no route answers without a valid token', async () => {
    const all = await routes();
    expect(all.length).toBeGreaterThan(25);
    for (const route of all) {
      for (const who of [
        ...[undefined, 'brk_wrong', 'brt_e30.wrong', 'expired', 'revoked'],
        ...['no.real.token', 'expired token', 'token for another API'],
      ]) {
        const answer = await ask(who, route, randomUUID(), { cookie, origin: installation.apiUrl });
        expect([route, who, answer.status, answer.body?.error.code]).toEqual([route, who, 401, 401]);
        expect(answer.headers.get('www-authenticate')).toContain('Keystone');
      }
    }
  });

  test('a token of the issuer that gives nothing here opens nothing', async () => {
    for (const route of await routes()) {
      for (const account of ['no-role', 'no-project', 'absent-project']) {
        const answer = await ask(`token of ${account}`, route, randomUUID());
        expect([route, account, answer.status]).toEqual([route, account, 403]);
      }
    }
  });

  test.each(['reader', 'member', 'admin'])(
    'what a %s may is answered alike by key and token of the issuer',
    async (role) => {
      for (const route of await routes()) {
        const byKey = await ask(role, route, randomUUID());
        const byToken = await ask(`token of demo-${role}`, route, randomUUID());
        expect([route, byToken.status]).toEqual([route, byKey.status]);
        expect([route, byKey.status]).not.toEqual([route, 401]);
      }
    },
  );

  test.each(['stranger', 'token of other-member'])(
    "another project's image answers a %s exactly like a missing one",
    async (stranger) => {
      const { id } = await create({ tags: ['t'] });
      const missing = randomUUID();
      for (const route of (await routes()).filter(({ path }) => path.includes(':id'))) {
        const theirs = await ask(stranger, route, id);
        const none = await ask(stranger, route, missing);
        expect([route, theirs.status, theirs.body.error.message.replace(id, '-')]).toEqual([
          route,
          404,
          none.body.error.message.replace(missing, '-'),
        ]);
      }
      expect((await call(stranger, 'GET', `/v2/images?id=${id}`)).body.images).toEqual([]);
      expect((await call(stranger, 'GET', `/v2/images?marker=${id}`)).status).toBe(400);
      expect((await call('admin', 'GET', `/v2/images?id=${id}`)).body.images).toHaveLength(1);
    },
  );

  test.each([
    ['reader', 'stranger'],
    ['token of demo-reader', 'token of other-member'],
  ])('readers change nothing (%s), and who only sees an image (%s) does not either', async (reader, stranger) => {
    const mine = await create({ tags: ['t'] });
    const everybodys = await create({ visibility: 'community' });
    const changing = (await routes()).filter(({ method }) => method !== 'GET');
    for (const route of changing) {
      expect([route, (await ask(reader, route, mine.id)).status]).toEqual([route, 403]);
      if (!route.path.includes(':id')) continue;
      expect([route, (await ask(stranger, route, everybodys.id)).status]).toEqual([route, 403]);
    }
    expect((await call(reader, 'GET', `/v2/images/${mine.id}`)).body.tags).toEqual(['t']);
  });

  test('identity headers from outside count for nothing', async () => {
    const { id } = await create();
    const answer = await call('stranger', 'GET', `/v2/images/${id}`, undefined, {
      'x-project-id': 'demo',
      'x-roles': 'admin',
      'x-identity-status': 'Confirmed',
    });
    expect(answer.status).toBe(404);
  });
});

test('versions are told to everybody', async () => {
  for (const [path, status] of [
    ['', 300],
    ['/', 300],
    ['/versions', 200],
  ] as const) {
    const answer = await call(undefined, 'GET', path);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.body.versions[0]).toEqual({
      id: 'v2.15',
      status: 'CURRENT',
      links: [{ rel: 'self', href: `${installation.apiUrl}/image/v2/` }],
    });
  }
});

test('an address says which methods it knows, to whoever has a token', async () => {
  for (const [method, path, allowed] of [
    ['PUT', '/v2/images', 'GET, HEAD, POST'],
    ['POST', `/v2/images/${randomUUID()}`, 'DELETE, GET, HEAD, PATCH'],
    ['HEAD', `/v2/images/${randomUUID()}/file`, 'GET, PUT'],
    ['DELETE', '/v2/schemas/image', 'GET, HEAD'],
  ] as const) {
    const refused = await call('reader', method, path);
    expect([method, path, refused.status, refused.headers.get('allow')]).toEqual([method, path, 405, allowed]);
    expect((await call(undefined, method, path)).status).toBe(401);
  }
});

describe('tokens', () => {
  const tokens = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${installation.apiUrl}/identity/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const password = (who: string, scope?: object) => ({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'me', domain: { id: 'default' }, password: keys[who] } },
      },
      ...(scope ? { scope } : {}),
    },
  });

  test('of a password, an application credential, a token', async () => {
    const answer = await tokens(password('member', { project: { name: 'demo', domain: { id: 'default' } } }));
    expect(answer.status).toBe(201);
    const token = answer.headers.get('x-subject-token') ?? '';
    const { token: first } = (await answer.json()) as { token: Record<string, unknown> & { expires_at: string } };
    expect(first).toMatchObject({
      methods: ['password'],
      project: { id: 'demo', name: 'demo' },
      user: { id: keyIds.member, name: 'member' },
      roles: [{ name: 'member' }, { name: 'reader' }],
      catalog: [{ type: 'image' }, { type: 'identity' }],
    });
    expect(Date.parse(first.expires_at) - Date.now()).toBeGreaterThan(3500_000);
    expect((await call(token, 'GET', '/v2/images')).status).toBe(200);
    expect((await call(token, 'POST', '/v2/images', { name: 'by token' })).body.owner).toBe('demo');
    const again = await tokens({ auth: { identity: { methods: ['token'], token: { id: token } } } });
    expect(again.status).toBe(201);
    expect(((await again.json()) as { token: { expires_at: string } }).token.expires_at).toBe(first.expires_at);
    const credential = (id: string | undefined, secret: string | undefined) =>
      tokens({ auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } } });
    expect((await credential(keyIds.member, keys.member)).status).toBe(201);
    expect((await credential(keys.member?.slice(0, 8), keys.member)).status).toBe(201);
    expect((await credential(keyIds.reader, keys.member)).status).toBe(401);
  });

  test.each([
    ['wrong', 401, () => ({ auth: { identity: { methods: ['password'], password: { user: { password: 'no' } } } } })],
    ['expired', 401, () => password('expired')],
    ['revoked', 401, () => password('revoked')],
    ['for another project', 401, () => password('member', { project: { id: 'other' } })],
    ['for the whole system', 401, () => password('admin', { system: { all: true } })],
    ['by another method', 401, () => ({ auth: { identity: { methods: ['saml2'] } } })],
    ['without anything', 400, () => ({})],
  ])('%s: none', async (_what, status, body) => {
    const answer = await tokens(body());
    expect([answer.status, ((await answer.json()) as { error: { code: number } }).error.code]).toEqual([
      status,
      status,
    ]);
  });

  test('are told about to their owners, who read of themselves and of nobody else', async () => {
    const token = (await tokens(password('member'))).headers.get('x-subject-token') ?? '';
    const other = (await tokens(password('stranger'))).headers.get('x-subject-token') ?? '';
    const get = (path: string, headers: Record<string, string>) =>
      fetch(`${installation.apiUrl}/identity${path}`, { headers }).then(({ status }) => status);
    const mine = { 'x-auth-token': token };
    expect(await get('/v3/auth/tokens', { ...mine, 'x-subject-token': token })).toBe(200);
    expect(await get('/v3/auth/tokens', { ...mine, 'x-subject-token': other })).toBe(404);
    expect(await get('/v3/auth/tokens', { 'x-subject-token': token })).toBe(401);
    const own = ['auth/projects', 'auth/domains', 'auth/system', 'projects/demo', `users/${keyIds.member}`];
    for (const path of own) expect([path, await get(`/v3/${path}`, mine)]).toEqual([path, 200]);
    const others = ['projects/other', `users/${keyIds.stranger}`, `users/${keyIds.stranger}/projects`, 'users'];
    for (const path of others) expect([path, await get(`/v3/${path}`, mine)]).toEqual([path, 403]);
    for (const path of [...own, ...others]) expect([path, await get(`/v3/${path}`, {})]).toEqual([path, 401]);
    expect(await get('/v3/projects?name=demo', mine)).toBe(403);
    expect(await get('/v3/auth/catalog', mine)).toBe(200);
    expect([await get('/', {}), await get('/v3', {})]).toEqual([300, 200]);
    await createApiKeyStore(installation.db).revoke(keyIds.stranger ?? '');
    expect((await call(other, 'GET', '/v2/images')).status).toBe(401);
  });
});
