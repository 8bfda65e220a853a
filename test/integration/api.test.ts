import { beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { ImageDetail as ImageDetailSchema } from '../../shared/contracts/api.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { callApi, kinds, strangers } from '../support/call-api.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';

/** Who may do what by the HTTP API, route by route. */

const api = callApi();
const { keys, showIdentity, call, newImage } = api;
let installation: Installation;
let webhookId: string;
beforeAll(() => {
  ({ installation, webhookId } = api);
});

/** Every route below /v1 as the OpenAPI document has it, with a body that is valid for it. */
const bodies: Record<string, unknown> = {
  'POST /v1/images': { name: 'x' },
  'PATCH /v1/images/{id}': { name: 'x' },
  'POST /v1/images/{id}/runs': {},
  'POST /v1/images/{id}/repairs': {},
  'POST /v1/images/{id}/promote': { family: 'x' },
  'PUT /v1/image-sources/{family}': { url: 'https://example.org/x', checksum: `sha256:${'0'.repeat(64)}` },
  'POST /v1/images/{id}/deliveries': { target: 'cloud' },
  'POST /v1/images/{id}/upload': { size: 1 },
  'POST /v1/images/{id}/upload/parts': { partNumbers: [1] },
  'POST /v1/images/{id}/upload/complete': { size: 1 },
  'PATCH /v1/images/{id}/members/other': { status: 'accepted' },
  'PATCH /v1/projects/other/quota': {},
  'POST /v1/webhooks': { url: 'https://example.org/' },
  'PATCH /v1/session': { projectId: 'demo' },
};
async function routes(): Promise<{ method: string; path: string }[]> {
  const { body } = await call(undefined, 'GET', '/openapi.json');
  return Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      path: path
        .replace('{run}', '1')
        .replace('{project}', 'other')
        .replace('{name}', 'serial.log')
        .replace('{event}', '1')
        .replace('{target}', 'cloud')
        .replace('{session}', '00000000-0000-4000-8000-000000000000')
        .replace('{key}', '00000000-0000-4000-8000-000000000000'),
    })),
  );
}

/** Whoever has a key or a session signs in and out with it. */
function isAboutSessions({ path }: { path: string }): boolean {
  return /^\/v1\/sessions?(\/|$)/.test(path);
}

describe('who may do what', () => {
  test('no route answers without a valid key', async () => {
    const all = await routes();
    expect(all.length).toBeGreaterThan(12);
    for (const { method, path } of all) {
      for (const who of [
        ...[undefined, 'brk_wrong', 'expired', 'revoked', 'ended session'],
        ...['no.real.token', 'expired token', 'token for another API'],
      ]) {
        const target = path.replace('{id}', crypto.randomUUID());
        const answer = await call(who, method, target, bodies[`${method} ${path}`]);
        expect([method, path, who, answer.status, answer.body.error.code]).toEqual([
          method,
          path,
          who,
          401,
          'unauthenticated',
        ]);
      }
    }
  });

  test('a token of the issuer that gives nothing here opens nothing', async () => {
    for (const { method, path } of await routes()) {
      for (const account of ['no-role', 'no-project', 'absent-project']) {
        const target = path.replace('{id}', crypto.randomUUID());
        const answer = await call(`token of ${account}`, method, target, bodies[`${method} ${path}`]);
        expect([method, path, account, answer.status, answer.body.error.code]).toEqual([
          ...[method, path, account],
          ...[403, 'forbidden'],
        ]);
      }
    }
  });

  test.each(['reader', 'member', 'admin'] as const)(
    'who may do what a %s may is answered alike, by key, token of the issuer and session',
    async (role) => {
      for (const { method, path } of (await routes()).filter((route) => !isAboutSessions(route))) {
        const body = bodies[`${method} ${path}`];
        const statuses: Record<string, number> = {};
        for (const who of kinds(role)) {
          const answer = await fetch(installation.apiUrl + path.replace('{id}', crypto.randomUUID()), {
            method,
            headers: { ...showIdentity(who), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          // Streams do not end by themselves.
          await answer.body?.cancel();
          statuses[who] = answer.status;
        }
        const byKey = statuses[role] ?? 0;
        expect([method, path, statuses]).toEqual([
          ...[method, path],
          Object.fromEntries(kinds(role).map((who) => [who, byKey])),
        ]);
        expect([path, byKey]).not.toEqual([path, 401]);
        expect(byKey).toBeLessThan(500);
      }
    },
  );

  test.each(strangers)("another project's things answer exactly like missing ones to a %s", async (stranger) => {
    const image = await newImage('mine');
    for (const { method, path } of (await routes()).filter((route) => route.path.includes('{id}'))) {
      const id = path.includes('webhooks') ? webhookId : image.id;
      const body = bodies[`${method} ${path}`];
      const theirs = await call(stranger, method, path.replace('{id}', id), body);
      const missing = await call(stranger, method, path.replace('{id}', crypto.randomUUID()), body);
      const { requestId: _a, ...one } = theirs.body.error;
      const { requestId: _b, ...two } = missing.body.error;
      expect([method, path, theirs.status, one]).toEqual([method, path, missing.status, two]);
      expect(theirs.status).toBe(404);
    }
    expect((await call(stranger, 'GET', '/v1/images')).body).toEqual({ images: [] });
    expect((await call(stranger, 'GET', '/v1/webhooks')).body).toEqual({ webhooks: [] });
    expect((await call('admin', 'GET', `/v1/images/${image.id}`)).status).toBe(200);
  });

  test.each(kinds('reader'))('readers change nothing: %s', async (reader) => {
    const image = await newImage('read only');
    // Signing in and out is for everyone who has a key.
    const changing = (await routes()).filter((route) => route.method !== 'GET' && !isAboutSessions(route));
    for (const { method, path } of changing) {
      const id = path.includes('webhooks') ? webhookId : image.id;
      const answer = await call(reader, method, path.replace('{id}', id), bodies[`${method} ${path}`]);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    expect((await call(reader, 'GET', `/v1/images/${image.id}`)).body.name).toBe('read only');
  });

  test('nobody but administrators changes a platform image, whoever owns it, or says where they come from; everyone reads them', async () => {
    const image = await newImage('offered by all');
    await installation.db.updateTable('images').set({ status: 'active' }).where('id', '=', image.id).execute();
    const promoted = await call('admin', 'POST', `/v1/images/${image.id}/promote`, { family: 'offered' });
    expect(promoted).toMatchObject({ status: 200, body: { id: image.id, family: 'offered' } });
    const changing = (await routes()).filter(({ method, path }) => method !== 'GET' && /{id}|{family}/.test(path));
    // A repair makes a new image, and webhooks are no images.
    const ofImages = changing.filter(({ path }) => !/webhooks|repairs/.test(path));
    expect(ofImages.length).toBeGreaterThan(10);
    for (const { method, path } of ofImages) {
      const target = path.replace('{id}', image.id).replace('{family}', 'offered');
      const answer = await call('member', method, target, bodies[`${method} ${path}`]);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    for (const who of ['stranger', 'reader']) {
      const { body } = await call(who, 'GET', '/v1/families/offered');
      expect(ImageDetailSchema.parse(body)).toMatchObject({ id: image.id, name: 'offered by all', family: 'offered' });
      expect((await call(who, 'GET', `/v1/images/${image.id}`)).body.id).toBe(image.id);
      expect((await call(who, 'GET', '/v1/families')).body.families).toMatchObject([{ family: 'offered' }]);
    }
    expect((await call('stranger', 'GET', '/v1/image-sources')).status).toBe(403);
    expect((await call('member', 'GET', '/v1/families/none')).status).toBe(404);
    expect((await call('member', 'GET', '/v1/families/..%2F')).status).toBe(400);
    expect((await call('admin', 'PATCH', `/v1/images/${image.id}`, { name: 'renamed' })).status).toBe(200);
    expect((await call('admin', 'DELETE', `/v1/images/${image.id}`)).status).toBe(204);
  });

  test('identity headers from outside count for nothing', async () => {
    const answer = await fetch(`${installation.apiUrl}/v1/self`, {
      headers: {
        authorization: `Bearer ${keys.stranger}`,
        'x-project-id': 'demo',
        'x-roles': 'admin',
        'x-identity-status': 'Confirmed',
        'x-user-id': 'admin',
        'x-forwarded-user': 'admin',
        'bootready-project': 'demo',
      },
    });
    expect(await answer.json()).toMatchObject({ projectId: 'other', role: 'member' });
  });

  test('a browser signs in with a key, and from then on only shows a cookie that holds for pages of ours', async () => {
    const ask = (method: string, path: string, headers: Record<string, string>) =>
      fetch(installation.apiUrl + path, { method, headers });
    const origin = installation.apiUrl;
    const signedIn = await ask('POST', '/v1/session', { authorization: `Bearer ${keys.member}`, origin });
    expect(signedIn.status).toBe(204);
    const set = signedIn.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/^bootready-on-this-machine=brs_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(';', 1)[0] ?? '';
    expect(await (await ask('GET', '/v1/self', { cookie })).json()).toMatchObject({
      projectId: 'demo',
      role: 'member',
    });

    const { id } = await newImage('of the session');
    const change = (headers: Record<string, string>) => ask('DELETE', `/v1/images/${id}`, { cookie, ...headers });
    for (const foreign of [{}, { origin: 'http://127.0.0.1:1' }, { origin, 'sec-fetch-site': 'same-site' }]) {
      expect([foreign, (await change(foreign)).status]).toEqual([foreign, 403]);
    }
    expect((await change({ origin, 'sec-fetch-site': 'same-origin' })).status).toBe(204);

    // A cookie that made the next one would never end.
    expect((await ask('POST', '/v1/session', { cookie, origin })).status).toBe(403);

    // Who knows the key and shows both is not taken for the cookie.
    const both = await ask('GET', '/v1/self', { cookie, authorization: 'Bearer brk_wrong' });
    expect(both.status).toBe(401);

    const signedOut = await ask('DELETE', '/v1/session', { cookie, origin });
    expect(signedOut.headers.get('set-cookie')).toMatch(/^bootready-on-this-machine=; Max-Age=0; /);
    expect((await ask('GET', '/v1/self', { cookie })).status).toBe(401);
  });

  test('over https the cookie is of this host alone; over plain http from elsewhere nobody is signed in', async () => {
    const signIn = (origin: string) =>
      fetch(`${installation.apiUrl}/v1/session`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.reader}`, origin },
      });
    const secure = await signIn('https://images.example.org');
    expect(secure.headers.get('set-cookie')).toMatch(
      /^__Host-bootready=brs_.*; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const plain = await signIn('http://images.example.org');
    expect([plain.status, plain.headers.get('set-cookie')]).toEqual([400, null]);
  });

  test('a session ends with its key', async () => {
    const { key, hash, hint } = newApiKey();
    const store = createApiKeyStore(installation.db);
    const keyId = await store.create({ projectId: 'demo', name: 'brief', hash, hint, role: 'member' });
    const signedIn = await fetch(`${installation.apiUrl}/v1/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, origin: installation.apiUrl },
    });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    const self = () => fetch(`${installation.apiUrl}/v1/self`, { headers: { cookie } });
    expect((await self()).status).toBe(200);
    await store.revoke(keyId);
    expect((await self()).status).toBe(401);
  });

  test('the queue board is for administrators, and takes no orders from other sites', async () => {
    const board = (key: string | undefined, init: RequestInit = {}) =>
      fetch(`${installation.apiUrl}/queues/api/queues`, {
        ...init,
        headers: { ...init.headers, ...(key ? { authorization: `Basic ${btoa(`me:${key}`)}` } : {}) },
      });
    expect((await board(undefined)).status).toBe(401);
    expect((await board(keys.member)).status).toBe(401);
    const answer = await board(keys.admin);
    expect(((await answer.json()) as { queues: { name: string }[] }).queues.map(({ name }) => name)).toEqual([
      'intake',
      'notify',
      'housekeeping',
    ]);
    const foreign = await fetch(`${installation.apiUrl}/queues/api/queues/intake/pause`, {
      method: 'PUT',
      headers: { authorization: `Basic ${btoa(`me:${keys.admin}`)}`, 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.status).toBe(403);
    // It shows and changes nothing, for what it did would stand in no audit log.
    for (const path of ['intake/pause', 'notify/empty', 'notify/clean/failed', 'notify/retry/failed']) {
      const own = await fetch(`${installation.apiUrl}/queues/api/queues/${path}`, {
        method: 'PUT',
        headers: { authorization: `Basic ${btoa(`me:${keys.admin}`)}`, 'sec-fetch-site': 'same-origin' },
      });
      expect([path, own.ok]).toEqual([path, false]);
    }
    const page = await fetch(`${installation.apiUrl}/queues/`, {
      headers: { authorization: `Basic ${btoa(`me:${keys.admin}`)}` },
    });
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('who came and who was refused stands in the security log, without a secret', async () => {
    const before = (await installation.logs()).length;
    await call('wrong-key-of-nobody', 'GET', '/v1/images');
    await call('reader', 'POST', '/v1/images', { name: 'not allowed' });
    const signIn = { authorization: `Bearer ${keys.member}`, origin: installation.apiUrl };
    await fetch(`${installation.apiUrl}/v1/session`, { method: 'POST', headers: signIn });
    const { id } = await newImage('to upload');
    await call('member', 'POST', `/v1/images/${id}/upload`, { size: 1 });
    await call('member', 'POST', `/v1/images/${id}/upload/parts`, { partNumbers: [1] });
    const lines = async () => {
      const text = (await installation.logs()).slice(before);
      return text
        .split('\n')
        .filter((line) => line.includes('"log":"security"'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    await eventually(async () => (await lines()).length >= 4, { within: 10, what: 'four lines' });
    expect(await lines()).toEqual([
      expect.objectContaining({ event: 'refused', status: 401, address: '127.0.0.1', route: '/v1/images' }),
      expect.objectContaining({ event: 'refused', status: 403, projectId: 'demo', role: 'reader' }),
      expect.objectContaining({ event: 'sign-in', projectId: 'demo', route: '/v1/session' }),
      expect.objectContaining({ event: 'link-given', subject: id }),
    ]);
    const text = JSON.stringify(await lines());
    for (const secret of ['wrong-key-of-nobody', keys.member, keys.reader]) expect(text).not.toContain(secret);
  });

  test('no answer may be framed, or taken for what it is not', async () => {
    for (const path of ['/v1/self', '/image/v2/images', '/livez', '/nothing']) {
      const { headers } = await call('member', 'GET', path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
  });
});

test('an administrator ends a key at once, and that is written down', async () => {
  const { key, hash, hint } = newApiKey();
  const id = await createApiKeyStore(installation.db).create({
    projectId: 'demo',
    name: 'lost',
    hash,
    hint,
    role: 'member',
  });
  expect((await fetch(`${installation.apiUrl}/v1/self`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(
    200,
  );
  expect((await call('member', 'DELETE', `/v1/keys/${id}`)).status).toBe(403);
  expect((await call('admin', 'DELETE', `/v1/keys/${id}`)).status).toBe(204);
  expect((await fetch(`${installation.apiUrl}/v1/self`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(
    401,
  );
  expect((await call('admin', 'DELETE', `/v1/keys/${id}`)).status).toBe(404);
  const { body } = await call('admin', 'GET', '/v1/audit-log?action=key.revoke');
  expect(body.entries).toMatchObject([{ actor: 'admin', details: { key: id } }]);
});

test('addresses that cannot be read are answered as the API that they are for answers', async () => {
  const { status, body } = await call('member', 'GET', '/v1/images/%c3%28');
  expect([status, body.error.code]).toEqual([400, 'invalid-input']);
  for (const [path, code] of [
    ['/image/v2/images/%c3%28', 400],
    ['/identity/v3/auth/%ff', 400],
    [`/image/v2/images/${'x'.repeat(600)}`, 414],
  ] as const) {
    const answer = await call('member', 'GET', path);
    expect([path, answer.status, answer.body.error]).toMatchObject([
      path,
      code,
      { code, message: expect.stringContaining('cannot be read') },
    ]);
  }
});

test('unknown addresses and methods get a sentence', async () => {
  const answer = await call('member', 'GET', '/v1/nothing');
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not-found', requestId: expect.any(String) } } });
});
