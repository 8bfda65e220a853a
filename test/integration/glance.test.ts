import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { glanceRoutes } from '../../api/openstack/glance/routes.ts';
import { imageProperties } from '../../api/openstack/glance/schemas.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import { admitSent } from '../support/run-records.ts';
import { publishedImage, someReport } from '../support/samples.ts';
import { signInForCookie, someAccounts, startWithIssuer } from '../support/signed-in.ts';

/** The Image API over HTTP, call by call: codes, headers, bodies. No worker runs. The clients' own view is in openstack-clients.test.ts. */

let installation: Installation;
let close: () => Promise<void>;
/** Of a browser; the Image API knows none. */
let cookie: string;
const keys: Record<string, string> = {};
const keyIds: Record<string, string> = {};
beforeAll(async () => {
  const started = await startWithIssuer(someAccounts, {
    roles: [],
    env: { POLICY: 'warn', MAX_UPLOAD_BYTES: String(24 * 1024 ** 2) },
  });
  ({ installation, close } = started);
  const { db } = installation;
  await createProjectStore(db).ensure({ id: 'other' });
  await createProjectStore(db).ensure({ id: 'strict', policy: 'enforce', quota: { bytes: 5000 } });
  const make = async (name: string, projectId: string, role: Role, expiresAt?: Date): Promise<string> => {
    const { key, hash, hint } = newApiKey();
    keys[name] = key;
    keyIds[name] = await createApiKeyStore(db).create({
      projectId,
      name,
      hash,
      hint,
      role,
      ...(expiresAt ? { expiresAt } : {}),
    });
    return keyIds[name];
  };
  await make('member', 'demo', 'member');
  await make('reader', 'demo', 'reader');
  await make('admin', 'demo', 'admin');
  await make('stranger', 'other', 'member');
  await make('strict', 'strict', 'member');
  await make('expired', 'demo', 'admin', new Date(Date.now() - 1000));
  await createApiKeyStore(db).revoke(await make('revoked', 'demo', 'admin'));

  const { issuer } = started;
  for (const account of Object.keys(someAccounts)) keys[`token of ${account}`] = await issuer.accessToken(account);
  keys['token for another API'] = await issuer.accessToken('demo-admin', 'https://other.test');
  const admin = { sub: 'demo-admin', projects: ['demo'], access: { roles: ['operator'] } };
  keys['expired token'] = await issuer.sign(admin, { expires: Date.now() / 1000 - 60 });
  cookie = await signInForCookie(installation.apiUrl, 'demo-admin');
});
afterAll(() => close?.());

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { status: number; headers: Headers; body: any; bytes: Buffer };
async function call(
  who: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = body instanceof Buffer;
  const answer = await fetch(`${installation.apiUrl}/image${path}`, {
    method,
    headers: {
      ...(who === undefined ? {} : { 'x-auth-token': keys[who] ?? who }),
      ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
  };
}
const raw = { disk_format: 'raw', container_format: 'bare' };
async function create(more: object = {}, who = 'member') {
  const answer = await call(who, 'POST', '/v2/images', { name: 'x', ...raw, ...more });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as { id: string; [name: string]: unknown };
}
async function readStatus(id: string): Promise<string> {
  return (await call('admin', 'GET', `/v2/images/${id}`)).body.status;
}
const newer = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
function patch(who: string, id: string, changes: unknown, headers: Record<string, string> = newer) {
  return call(who, 'PATCH', `/v2/images/${id}`, changes, headers);
}

function admit(imageId: string, serve?: 'now' | 'after the verdict') {
  return admitSent(installation.db, imageId, serve);
}

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

describe('records', () => {
  test('a new one has every attribute, and headers that clients go by', async () => {
    const answer = await call('member', 'POST', '/v2/images', { hw_disk_bus: 'virtio', tags: ['b', 'b'] });
    expect(answer.status).toBe(201);
    const { id, created_at, updated_at } = answer.body;
    expect(answer.body).toEqual({
      id,
      created_at,
      updated_at,
      name: null,
      status: 'queued',
      visibility: 'shared',
      protected: false,
      os_hidden: false,
      owner: 'demo',
      tags: ['b'],
      size: null,
      virtual_size: null,
      checksum: null,
      os_hash_algo: null,
      os_hash_value: null,
      disk_format: null,
      container_format: null,
      min_disk: 0,
      min_ram: 0,
      self: `/v2/images/${id}`,
      file: `/v2/images/${id}/file`,
      schema: '/v2/schemas/image',
      hw_disk_bus: 'virtio',
    });
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(answer.headers.get('location')).toBe(`/v2/images/${id}`);
    expect(answer.headers.get('openstack-image-import-methods')).toBe('glance-direct,web-download');
    expect(answer.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    const schema = (await call('member', 'GET', '/v2/schemas/image')).body;
    expect(schema).toMatchObject({ name: 'image', additionalProperties: { type: 'string' } });
    // Stores have no data of it yet; the other two are never told here, and stand in Glance's schema for all that.
    const absent = ['stores', 'direct_url', 'locations'];
    expect(Object.keys(imageProperties).sort()).toEqual(
      [...Object.keys(answer.body).filter((name) => name !== 'hw_disk_bus'), ...absent].sort(),
    );
  });

  test.each([
    [400, { disk_format: 'floppy' }],
    [400, { min_ram: 'much' }],
    [400, { x: 1 }],
    [400, { id: 'no uuid' }],
    [400, []],
    [400, { name: 'n'.repeat(256) }],
    [403, { status: 'active' }],
    [403, { os_glance_foo: 'x' }],
    [403, { self: '/x' }],
    [403, { visibility: 'public' }],
    [403, { owner: 'other' }],
    [413, { tags: Array.from({ length: 129 }, (_, index) => `t${index}`) }],
  ])('%i (%#)', async (status, body) => {
    const answer = await call('member', 'POST', '/v2/images', body);
    expect([answer.status, answer.body.error.code]).toEqual([status, status]);
    expect(answer.body.error.message).toBeTruthy();
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
    'JSON that is called %s is read all the same',
    async (type) => {
      const send = (body: string) =>
        fetch(`${installation.apiUrl}/image/v2/images`, {
          method: 'POST',
          headers: { 'x-auth-token': keys.member ?? '', ...(type ? { 'content-type': type } : {}) },
          // Bytes are sent without any type.
          body: new TextEncoder().encode(body),
        });
      const made = await send('{"name": "whatever the type"}');
      expect([made.status, await made.json()]).toMatchObject([201, { name: 'whatever the type' }]);
      const refused = await send('{"name": ');
      const message = expect.stringContaining('not JSON');
      expect([refused.status, await refused.json()]).toMatchObject([400, { error: { message } }]);
    },
  );

  test('an id is chosen once', async () => {
    const id = randomUUID();
    expect((await create({ id })).id).toBe(id);
    expect((await call('stranger', 'POST', '/v2/images', { id })).status).toBe(409);
    expect((await call('member', 'GET', '/v2/images/')).status).toBe(404);
    expect((await call('member', 'GET', '/v2/images/nonsense')).status).toBe(404);
  });

  test('administrators publish, and give to others', async () => {
    const { id } = await create({ owner: 'other', visibility: 'public' }, 'admin');
    expect((await call('member', 'GET', '/v2/images?visibility=public')).body.images).toMatchObject([{ id }]);
    expect((await call('stranger', 'GET', `/v2/images/${id}`)).body.owner).toBe('other');
    expect((await call('admin', 'POST', '/v2/images', { owner: 'nobody' })).status).toBe(400);
    expect((await patch('stranger', id, [{ op: 'replace', path: '/owner', value: 'demo' }])).status).toBe(403);
    // What is offered to everyone is the administrators' to change, whoever owns it.
    const hide = [{ op: 'replace', path: '/visibility', value: 'private' }];
    expect((await patch('stranger', id, hide)).status).toBe(403);
    expect((await call('stranger', 'DELETE', `/v2/images/${id}`)).status).toBe(403);
    expect((await patch('admin', id, hide)).status).toBe(200);
    expect((await patch('stranger', id, [{ op: 'replace', path: '/name', value: 'own' }])).status).toBe(200);
    expect((await patch('stranger', id, [{ op: 'replace', path: '/visibility', value: 'public' }])).status).toBe(403);
  });

  test('change by both media types, and by no other', async () => {
    const { id } = await create();
    const changed = await patch('member', id, [
      { op: 'add', path: '/name', value: 'new' },
      { op: 'add', path: '/a', value: 'b' },
    ]);
    expect(changed).toMatchObject({ status: 200, body: { name: 'new', a: 'b' } });
    const older = { 'content-type': 'application/openstack-images-v2.0-json-patch' };
    expect((await patch('member', id, [{ replace: '/a', value: 'c' }], older)).body.a).toBe('c');
    expect((await patch('member', id, [{ add: '/a', value: 'd' }], older)).status).toBe(409);
    const wrong = await patch('member', id, [], { 'content-type': 'application/json' });
    expect([wrong.status, wrong.headers.get('accept-patch')]).toEqual([
      415,
      'application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch',
    ]);
    // One that fails undoes those before it.
    const half = await patch('member', id, [
      { op: 'remove', path: '/a' },
      { op: 'remove', path: '/nothing' },
    ]);
    expect(half.status).toBe(409);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body.a).toBe('c');
  });

  test('changes at once do not undo each other', async () => {
    const { id } = await create();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => patch('member', id, [{ op: 'add', path: `/p${n}`, value: 'x' }])),
    );
    const { body } = await call('member', 'GET', `/v2/images/${id}`);
    expect(Object.keys(body).filter((name) => /^p\d$/.test(name))).toHaveLength(10);
  });

  test('go in pages whose links lead to all of them', async () => {
    for (let n = 0; n < 5; n++) await create({ page: 'yes', min_disk: n % 2 });
    const seen: string[] = [];
    let link: string | undefined = '/v2/images?page=yes&limit=2&sort=min_disk:asc,name';
    expect((await call('member', 'GET', link)).status).toBe(400);
    link = '/v2/images?page=yes&limit=2&sort_key=name&sort_key=size&sort_dir=asc';
    for (; link; ) {
      const { body }: Answer = await call('member', 'GET', link);
      seen.push(...body.images.map(({ id }: { id: string }) => id));
      expect(body.first).toMatch(/^\/v2\/images\?page=yes/);
      link = body.next;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    expect((await call('member', 'GET', '/v2/images?limit=0')).body).not.toHaveProperty('next');
  });

  test('protected ones stay; deleted ones are gone', async () => {
    const { id } = await create({ protected: true });
    expect((await call('member', 'DELETE', `/v2/images/${id}`)).status).toBe(403);
    await patch('member', id, [{ op: 'replace', path: '/protected', value: false }]);
    expect((await call('member', 'DELETE', `/v2/images/${id}`)).status).toBe(204);
    expect((await call('member', 'DELETE', `/v2/images/${id}`)).status).toBe(404);
    expect((await call('member', 'GET', `/v2/images?id=${id}`)).body.images).toEqual([]);
  });

  test('tags one by one', async () => {
    const { id } = await create();
    const tag = `/v2/images/${id}/tags/${encodeURIComponent('ä/b')}`;
    expect((await call('member', 'PUT', tag)).status).toBe(204);
    expect((await call('member', 'PUT', tag)).status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body.tags).toEqual(['ä/b']);
    expect((await call('member', 'DELETE', tag)).status).toBe(204);
    expect((await call('member', 'DELETE', tag)).status).toBe(404);
    expect((await call('member', 'PUT', `/v2/images/${id}/tags/${'t'.repeat(256)}`)).status).toBe(400);
  });

  test('what is done to tags, data and members stands in the audit log', async () => {
    const { id } = await create({ visibility: 'shared' });
    await call('member', 'PUT', `/v2/images/${id}/tags/stable`);
    await call('member', 'DELETE', `/v2/images/${id}/tags/stable`);
    await call('member', 'DELETE', `/v2/images/${id}/tags/stable`);
    await call('member', 'POST', `/v2/images/${id}/members`, { member: 'other' });
    await call('stranger', 'PUT', `/v2/images/${id}/members/other`, { status: 'rejected' });
    await call('member', 'PUT', `/v2/images/${id}/stage`, Buffer.from('bytes'));
    const rows = await installation.db
      .selectFrom('audit_log')
      .where('image_id', '=', id)
      .orderBy('id')
      .select(['action', 'actor', 'details'])
      .execute();
    expect(rows).toEqual([
      { action: 'image.create', actor: 'member', details: { name: 'x' } },
      { action: 'image.tag', actor: 'member', details: { tag: 'stable' } },
      { action: 'image.untag', actor: 'member', details: { tag: 'stable' } },
      { action: 'image.share', actor: 'member', details: { member: 'other' } },
      { action: 'image.answer-share', actor: 'stranger', details: { member: 'other', status: 'rejected' } },
      { action: 'image.upload', actor: 'member', details: {} },
    ]);
  });

  test('members: the owner shares, the other accepts, each in its own right only', async () => {
    const { id } = await create();
    const members = `/v2/images/${id}/members`;
    expect(await call('member', 'POST', members, { member: 'other' })).toMatchObject({
      status: 200,
      body: { image_id: id, member_id: 'other', status: 'pending', schema: '/v2/schemas/member' },
    });
    expect((await call('member', 'POST', members, { member: 'other' })).status).toBe(409);
    await call('member', 'POST', members, { member: 'third' });
    expect((await call('member', 'GET', members)).body.members).toHaveLength(2);
    expect((await call('stranger', 'GET', members)).body.members).toMatchObject([{ member_id: 'other' }]);
    expect((await call('stranger', 'GET', `${members}/third`)).status).toBe(404);
    const listed = async (query: string) =>
      (await call('stranger', 'GET', `/v2/images?id=${id}&${query}`)).body.images.length;
    expect([await listed(''), await listed('member_status=pending')]).toEqual([0, 1]);
    expect((await call('member', 'PUT', `${members}/other`, { status: 'accepted' })).status).toBe(403);
    expect((await call('stranger', 'PUT', `${members}/third`, { status: 'accepted' })).status).toBe(404);
    expect((await call('stranger', 'PUT', `${members}/other`, { status: 'perhaps' })).status).toBe(400);
    expect((await call('stranger', 'PUT', `${members}/other`, { status: 'accepted' })).body.status).toBe('accepted');
    expect([await listed(''), await listed('visibility=shared')]).toEqual([1, 1]);
    expect((await call('stranger', 'DELETE', `${members}/other`)).status).toBe(403);
    expect((await call('member', 'DELETE', `${members}/other`)).status).toBe(204);
    expect((await call('stranger', 'GET', `/v2/images/${id}`)).status).toBe(404);
    await patch('member', id, [{ op: 'replace', path: '/visibility', value: 'private' }]);
    expect((await call('member', 'GET', members)).status).toBe(403);
  });
});

describe('data', () => {
  const file = (id: string): string => `/v2/images/${id}/file`;

  test('comes back byte for byte, whole and in ranges', async () => {
    const bytes = randomBytes(20_000_003);
    const { id } = await create();
    expect((await call('member', 'GET', file(id))).status).toBe(204);
    const put = await call('member', 'PUT', file(id), bytes);
    expect([put.status, put.body]).toEqual([204, undefined]);
    expect(await readStatus(id)).toBe('saving');
    expect((await call('member', 'GET', file(id))).status).toBe(204);
    await admit(id);
    const md5 = createHash('md5').update(bytes).digest('hex');
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({
      status: 'active',
      size: bytes.length,
      virtual_size: bytes.length,
      checksum: md5,
      os_hash_algo: 'sha512',
      os_hash_value: createHash('sha512').update(bytes).digest('hex'),
    });
    const whole = await call('reader', 'GET', file(id));
    expect([whole.status, whole.headers.get('content-md5'), whole.headers.get('content-length')]).toEqual([
      200,
      md5,
      String(bytes.length),
    ]);
    expect(whole.bytes.equals(bytes)).toBe(true);
    const part = await call('member', 'GET', file(id), undefined, { range: 'bytes=1000-1999' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${bytes.length}`]);
    expect(part.bytes.equals(bytes.subarray(1000, 2000))).toBe(true);
    const beyond = await call('member', 'GET', file(id), undefined, { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await call('member', 'PUT', file(id), bytes)).status).toBe(409);
    for (const [path, value] of [
      ['/disk_format', 'iso'],
      ['/owner', 'other'],
    ]) {
      expect([path, (await patch('admin', id, [{ op: 'replace', path, value }])).status]).toEqual([path, 403]);
    }
  });

  test('comes without a length, in chunks', async () => {
    const { id } = await create();
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      for (let n = 0; n < 100; n++) request.write(randomBytes(1000));
      request.end();
    });
    expect(status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({ status: 'saving', size: 100_000 });
  });

  test.each([
    ['no image data', 415, Buffer.alloc(0), { disk_format: 'qcow2' }, {}],
    ['of an unknown format', 400, Buffer.from('x'), { disk_format: null }, {}],
    ['of another length', 400, Buffer.from('x'), {}, { 'x-openstack-image-size': '2' }],
    ['of no length', 400, Buffer.from('x'), {}, { 'x-openstack-image-size': 'much' }],
    ['for another store', 400, Buffer.from('x'), {}, { 'x-image-meta-store': 'tape' }],
    ['too large', 413, Buffer.alloc(25 * 1024 ** 2), {}, {}],
    ['of another type', 415, Buffer.from('x'), {}, { 'content-type': 'text/plain' }],
    ['of another content', 415, randomBytes(1000), { disk_format: 'qcow2' }, {}],
    ['hidden in another', 415, Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), Buffer.alloc(1000)]), {}, {}],
  ])('%s is refused with %i, and the image waits for better', async (_what, status, bytes, attributes, headers) => {
    const { id } = await create(attributes);
    const answer = await call('member', 'PUT', file(id), bytes, headers);
    expect([answer.status, answer.body?.error.code]).toEqual([status, status]);
    expect(await readStatus(id)).toBe('queued');
    await patch('member', id, [{ op: 'replace', path: '/disk_format', value: 'raw' }]);
    expect((await call('member', 'PUT', file(id), randomBytes(1000))).status).toBe(204);
    const keysThere: string[] = [];
    for await (const { name } of installation.s3.listObjectsV2('images', `demo/${id}/`, true)) keysThere.push(name);
    expect(keysThere).toHaveLength(1);
  });

  test('a raw image may be created with no data, as from cron, and still waits for it', async () => {
    const { id } = await create();
    const inChunks = new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: {
          'x-auth-token': keys.member,
          'content-type': 'application/octet-stream',
          'transfer-encoding': 'chunked',
        },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      request.end();
    });
    expect(await inChunks).toBe(204);
    expect((await call('member', 'PUT', file(id), Buffer.alloc(0))).status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({ status: 'queued', size: null });
    const { uploads } = await installation.s3.listIncompleteUploadsQuery('images', `demo/${id}/`, '', '', '');
    expect(uploads).toEqual([]);
    expect((await call('member', 'PUT', file(id), randomBytes(1000))).status).toBe(204);
    expect(await readStatus(id)).toBe('saving');
  });

  test('a sender that breaks off leaves a queued image and nothing in the store', async () => {
    const { id } = await create();
    const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
      method: 'PUT',
      headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
    });
    request.on('error', () => undefined);
    request.write(randomBytes(9 * 1024 ** 2));
    await eventually(async () => (await readStatus(id)) === 'saving', { within: 10, what: 'it is saved' });
    // One at a time.
    expect((await call('member', 'PUT', file(id), randomBytes(10))).status).toBe(409);
    request.destroy();
    await eventually(async () => (await readStatus(id)) === 'queued', { within: 10, what: 'it waits again' });
    const { uploads } = await installation.s3.listIncompleteUploadsQuery('images', `demo/${id}/`, '', '', '');
    expect(uploads).toEqual([]);
  });

  test('an image that is deleted while its data comes is gone', async () => {
    const { id } = await create();
    const answer = new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${installation.apiUrl}/image${file(id)}`, {
        method: 'PUT',
        headers: { 'x-auth-token': keys.member, 'content-type': 'application/octet-stream' },
      });
      request.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
      request.write(randomBytes(1000));
      void eventually(async () => (await readStatus(id)) === 'saving', { within: 10, what: 'it is saved' })
        .then(() => call('member', 'DELETE', `/v2/images/${id}`))
        .then(() => request.end());
    });
    expect(await answer).toBe(410);
    const left: string[] = [];
    for await (const { name } of installation.s3.listObjectsV2('images', `demo/${id}/`, true)) left.push(name);
    expect(left).toEqual([]);
  });

  test('deactivated data is for administrators only', async () => {
    const { id } = await create();
    expect((await call('member', 'POST', `/v2/images/${id}/actions/deactivate`)).status).toBe(403);
    await call('member', 'PUT', file(id), randomBytes(1000));
    for (const action of ['deactivate', 'reactivate']) {
      expect((await call('admin', 'POST', `/v2/images/${id}/actions/${action}`)).status).toBe(403);
    }
    await admit(id);
    for (const action of ['deactivate', 'deactivate', 'reactivate', 'reactivate', 'deactivate']) {
      expect((await call('member', 'POST', `/v2/images/${id}/actions/${action}`)).status).toBe(204);
    }
    expect((await call('member', 'GET', file(id))).status).toBe(403);
    expect((await call('admin', 'GET', file(id))).status).toBe(200);
  });

  test('a quota holds, and usage tells of it', async () => {
    const { id } = await create({}, 'strict');
    expect((await call('strict', 'PUT', file(id), randomBytes(5001))).status).toBe(413);
    expect((await call('strict', 'PUT', file(id), randomBytes(3000))).status).toBe(204);
    const next = await create({}, 'strict');
    expect((await call('strict', 'PUT', file(next.id), randomBytes(2001))).status).toBe(413);
    expect((await call('strict', 'GET', '/v2/info/usage')).body.usage).toMatchObject({
      image_size_total: { usage: 1, limit: 0 },
      image_count_total: { usage: 2, limit: -1 },
    });
  });

  test('under "enforce" it is saved until the verdict, and then served as it came, or never', async () => {
    const runs = createRunStore(installation.db);
    await installation.db.updateTable('projects').set({ quota_bytes: null }).where('id', '=', 'strict').execute();
    const put = async () => {
      const { id } = await create({}, 'strict');
      const bytes = randomBytes(1000);
      expect((await call('strict', 'PUT', file(id), bytes)).status).toBe(204);
      expect(await readStatus(id)).toBe('saving');
      expect((await call('strict', 'GET', file(id))).status).toBe(204);
      const admitted = await admit(id, 'after the verdict');
      expect(await runs.context(admitted.names)).toMatchObject({
        isVerbatim: true,
        upload: { bucket: 'images', size: 1000 },
      });
      expect((await call('strict', 'GET', file(id))).status).toBe(204);
      return { id, bytes, ...admitted };
    };
    const good = await put();
    expect(await readStatus(good.id)).toBe('saving');
    await runs.approve({ ...good.names, fence: good.fence });
    await runs.approve({ ...good.names, fence: good.fence });
    expect(await readStatus(good.id)).toBe('active');
    expect((await call('strict', 'GET', file(good.id))).bytes.equals(good.bytes)).toBe(true);

    const bad = await put();
    const findings = [{ code: 'unrecognised', step: 'admit', outcome: 'fail', params: { content: 'noise' } }] as const;
    await runs.finish(bad.names, {
      status: 'rejected',
      report: someReport(bad.names, 'reject', { findings: [...findings] }),
    });
    expect((await call('strict', 'GET', `/v2/images/${bad.id}`)).body).toMatchObject({
      status: 'killed',
      os_glance_bootready_verdict: 'reject',
      os_glance_bootready_problems: 'unrecognised',
      os_glance_bootready_advice: expect.stringContaining('noise'),
    });
    expect((await call('strict', 'GET', file(bad.id))).status).toBe(204);
    expect((await call('strict', 'DELETE', `/v2/images/${bad.id}`)).status).toBe(204);
  });

  test('what is served before the verdict is withdrawn when it turns out unsafe, and stays when it is only useless', async () => {
    const runs = createRunStore(installation.db);
    for (const [code, status] of [
      ['qemu-disagrees', 'deactivated'],
      ['unrecognised', 'active'],
    ] as const) {
      const { id } = await create();
      await call('member', 'PUT', file(id), randomBytes(1000));
      const { names } = await admit(id);
      expect(await readStatus(id)).toBe('active');
      const findings = [{ code, step: 'admit', outcome: 'fail', params: { detail: 'd', content: 'c' } }] as const;
      await runs.finish(names, {
        status: 'rejected',
        report: someReport(names, 'reject', { findings: [...findings] }),
      });
      expect([code, await readStatus(id)]).toEqual([code, status]);
      const again = await call('member', 'POST', `/v2/images/${id}/actions/reactivate`);
      expect([code, again.status]).toEqual([code, status === 'active' ? 204 : 403]);
    }
  });
});

describe('import', () => {
  const body = { method: { name: 'glance-direct' }, all_stores: false, all_stores_must_succeed: false };

  test('takes what was staged, once', async () => {
    const { id } = await create();
    const to = `/v2/images/${id}/import`;
    expect((await call('member', 'POST', to, { method: { name: 'copy-image' } })).status).toBe(400);
    expect((await call('member', 'POST', to, {})).status).toBe(400);
    expect((await call('member', 'POST', to, body)).status).toBe(409);
    const bytes = randomBytes(10_000_000);
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, bytes)).status).toBe(204);
    expect((await call('member', 'GET', `/v2/images/${id}`)).body).toMatchObject({
      status: 'uploading',
      size: bytes.length,
    });
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, bytes)).status).toBe(409);
    expect((await call('member', 'PUT', `/v2/images/${id}/file`, bytes)).status).toBe(409);
    const [one, two] = await Promise.all([call('member', 'POST', to, body), call('member', 'POST', to, body)]);
    expect([one?.status, two?.status]).toContain(202);
    const image = await installation.db.selectFrom('images').where('id', '=', id).selectAll().executeTakeFirstOrThrow();
    const stored = await installation.s3.statObject('uploads', image.upload_key);
    expect(stored.size).toBe(bytes.length);
    expect(image.settings).toEqual({ targetFormat: 'raw' });
    expect((await call('admin', 'GET', '/v2/info/import')).body['import-methods'].value).toEqual([
      'glance-direct',
      'web-download',
    ]);
  });

  const from = (uri?: string) => ({ method: { name: 'web-download', ...(uri === undefined ? {} : { uri }) } });

  test.each([undefined, '', 'x', 'file:///etc/passwd', 'ftp://example.org/x', 'http://user:word@example.org/x'])(
    'no data is fetched from %s',
    async (uri) => {
      const { id } = await create();
      const refused = await call('member', 'POST', `/v2/images/${id}/import`, from(uri));
      expect([refused.status, await readStatus(id)]).toEqual([400, 'queued']);
      expect(refused.bytes.toString()).not.toContain('user:word');
    },
  );

  test('what is fetched from a URL is being imported, by one request; its task and the image tell why it failed', async () => {
    const { id } = await create();
    const to = `/v2/images/${id}/import`;
    const uri = 'https://example.org/disk.raw?signature=secret';
    const [one, two] = await Promise.all([
      call('member', 'POST', to, from(uri)),
      call('member', 'POST', to, from(uri)),
    ]);
    expect([one?.status, two?.status].sort()).toEqual([202, 409]);
    expect(await readStatus(id)).toBe('importing');
    expect((await call('member', 'PUT', `/v2/images/${id}/stage`, randomBytes(9))).status).toBe(409);
    const { body: open } = await call('member', 'GET', `/v2/images/${id}/tasks`);
    const input = { import_req: { method: { name: 'web-download', uri: 'https://example.org/disk.raw' } } };
    const request_id = expect.stringMatching(/^req-/);
    expect(open.tasks).toMatchObject([{ status: 'pending', image_id: id, input, request_id }]);
    const failure = { code: 'object-missing', message: 'There is no such file.', remedy: 'Check the address.' };
    await createDownloadStore(installation.db).end(id, failure);
    const { body: image } = await call('member', 'GET', `/v2/images/${id}`);
    expect(image).toMatchObject({
      status: 'killed',
      os_glance_bootready_problems: 'object-missing',
      os_glance_failed_import: 'images',
      os_glance_bootready_advice: 'There is no such file. Check the address.',
    });
    const { body: failed } = await call('member', 'GET', `/v2/images/${id}/tasks`);
    expect(failed.tasks).toMatchObject([{ status: 'failure', message: expect.stringContaining('Check the address.') }]);
    expect(JSON.stringify([open, image, failed])).not.toContain('secret');
    expect((await call('member', 'POST', to, from('https://example.org/other.raw'))).status).toBe(202);
    expect(await readStatus(id)).toBe('importing');
  });

  test('one that failed may be asked for again, and its tasks tell of each', async () => {
    const { db } = installation;
    const runs = createRunStore(db);
    const { id } = await create();
    await call('member', 'PUT', `/v2/images/${id}/stage`, randomBytes(1000));
    const asked = await call('member', 'POST', `/v2/images/${id}/import`, body);
    const { createImageStore } = await import('../../adapters/database/image-store.ts');
    const images = createImageStore(db);
    const image = await images.get(id, undefined);
    const { upload } = image ?? { upload: { bucket: '', key: '' } };
    const object = {
      bucket: upload.bucket,
      key: upload.key,
      size: 1000,
      etag: 'e',
      lastModified: new Date(),
      metadata: {},
    };
    const { run } = await images.findOrCreate(object, { projectId: 'demo', name: 'x', settings: {} });
    expect(await readStatus(id)).toBe('importing');
    const names = { imageId: id, runId: run.id };
    await runs.beginAttempt(names, 'worker');
    await runs.finish(names, {
      status: 'failed',
      failure: { code: 'scratch-full', message: 'No room.', remedy: 'Make room.' },
    });
    const again = await call('member', 'POST', `/v2/images/${id}/import`, body);
    expect(again.status).toBe(202);
    const { tasks } = (await call('member', 'GET', `/v2/images/${id}/tasks`)).body;
    expect(tasks).toMatchObject([
      {
        status: 'pending',
        request_id: again.headers.get('x-openstack-request-id'),
        input: { import_req: { method: { name: 'glance-direct' } } },
      },
      {
        status: 'failure',
        request_id: asked.headers.get('x-openstack-request-id'),
        message: 'scratch-full: No room. Make room.',
      },
    ]);
  });
});

describe('all tasks', () => {
  const tasks = (query = '', who = 'admin') => call(who, 'GET', `/v2/tasks${query}`);
  const imported = async (uri = 'https://example.org/disk.raw?signature=secret') => {
    const { id } = await create();
    const body = { method: { name: 'web-download', uri } };
    const asked = await call('member', 'POST', `/v2/images/${id}/import`, body);
    return { id, requestId: asked.headers.get('x-openstack-request-id') };
  };

  test('are for administrators: in short in the list, whole by id', async () => {
    const { id, requestId } = await imported();
    const listed = await tasks(`?image_id=${id}`);
    const stub = {
      id,
      type: 'api_image_import',
      status: 'pending',
      owner: 'demo',
      image_id: id,
      request_id: requestId,
      self: `/v2/tasks/${id}`,
      schema: '/v2/schemas/task',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    };
    expect(listed.body).toEqual({
      tasks: [stub],
      first: `/v2/tasks?image_id=${id}`,
      schema: '/v2/schemas/tasks',
    });
    const failure = { code: 'object-missing', message: 'There is no such file.', remedy: 'Check the address.' };
    await createDownloadStore(installation.db).end(id, failure);
    const { body: shown } = await tasks(`/${id}`);
    expect(shown).toEqual({
      ...stub,
      status: 'failure',
      result: null,
      message: expect.stringContaining('Check the address.'),
      input: {
        image_id: id,
        import_req: { method: { name: 'web-download', uri: 'https://example.org/disk.raw' } },
      },
    });
    const schemas = ['task', 'tasks'].map((name) => call('admin', 'GET', `/v2/schemas/${name}`));
    const [task, all] = (await Promise.all(schemas)).map(({ body }) => body.properties);
    expect(Object.keys(task)).toEqual(expect.arrayContaining(Object.keys(shown)));
    expect(Object.keys(all.tasks.items.properties)).toEqual(expect.arrayContaining(Object.keys(stub)));
    expect(all.tasks.items.properties).not.toHaveProperty('message');
    for (const path of ['', `/${id}`]) {
      expect([path, (await tasks(path, 'member')).status]).toEqual([path, 403]);
    }
    expect((await tasks(`/${randomUUID()}`)).status).toBe(404);
    expect((await tasks('/nonsense')).status).toBe(404);
  });

  test('are made by imports only, and not deleted', async () => {
    for (const who of ['member', 'admin']) {
      const refused = await call(who, 'POST', '/v2/tasks', { type: 'import', input: {} });
      expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('/import')]);
    }
    const { id } = await imported();
    const refused = await call('admin', 'DELETE', `/v2/tasks/${id}`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await call('member', 'DELETE', `/v2/tasks/${id}`)).status).toBe(403);
  });

  test('are filtered, and go in pages', async () => {
    const made: string[] = [];
    for (let n = 0; n < 3; n++) made.push((await imported()).id);
    await createDownloadStore(installation.db).end(made[1] ?? '', { code: 'internal', message: 'x' });
    const ids = async (query: string) => {
      const seen: string[] = [];
      for (let link: string | undefined = `?limit=1&${query}`; link; ) {
        const { body }: Answer = await tasks(link);
        seen.push(...body.tasks.map(({ id }: { id: string }) => id));
        link = body.next?.replace('/v2/tasks', '');
      }
      return seen.filter((id) => made.includes(id));
    };
    expect(await ids('owner=demo')).toEqual([...made].reverse());
    expect(await ids('sort_dir=asc')).toEqual(made);
    expect(await ids('sort_key=type&sort_dir=asc')).toEqual(made);
    expect(await ids('sort_key=id&sort_dir=asc')).toEqual([...made].sort());
    expect(await ids('status=failure')).toEqual([made[1]]);
    expect(await ids('status=pending&sort_key=status')).toEqual([made[2], made[0]]);
    expect(await ids('type=api_image_import')).toHaveLength(3);
    expect([await ids('type=import'), await ids('user_id=x'), await ids('owner=other')]).toEqual([[], [], []]);
    expect((await tasks('?limit=0')).body.tasks).toEqual([]);
    for (const query of [
      ...['status=done', 'type=copy', 'limit=-1', 'limit=x', 'sort_key=colour', 'sort_dir=up'],
      ...[`marker=${randomUUID()}`, 'marker=x', 'owner=%00'],
    ]) {
      expect([query, (await tasks(`?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

test('there is one store, and the only copy stays in it', async () => {
  const { id } = await create();
  expect((await call('member', 'DELETE', `/v2/stores/images/${id}`)).status).toBe(409);
  await call('member', 'PUT', `/v2/images/${id}/file`, randomBytes(1000));
  await admit(id);
  expect((await call('member', 'DELETE', `/v2/stores/tape/${id}`)).status).toBe(409);
  const refused = await call('member', 'DELETE', `/v2/stores/images/${id}`);
  expect([refused.status, refused.body.error.message]).toEqual([403, expect.stringContaining('Delete the image')]);
  expect((await call('member', 'GET', `/v2/images/${id}/file`)).bytes).toHaveLength(1000);
  const store = { id: 'images', default: 'true' };
  expect((await call('member', 'GET', '/v2/info/stores')).body.stores).toMatchObject([store]);
  expect((await call('admin', 'GET', '/v2/info/stores/detail')).body.stores).toMatchObject([{ ...store, type: 's3' }]);
  expect((await call('member', 'GET', '/v2/info/stores/detail')).status).toBe(403);
});

test('metadata definitions are none, and asking for them is no error', async () => {
  const get = async (path: string) => call('member', 'GET', `/v2/metadefs/${path}`);
  expect((await get('namespaces?resource_types=OS::Glance::Image')).body).toMatchObject({ namespaces: [] });
  expect((await get('resource_types')).body).toEqual({ resource_types: [] });
  expect((await get('namespaces/OS::Compute::Hypervisor')).status).toBe(404);
  expect((await call('admin', 'POST', '/v2/metadefs/namespaces', { namespace: 'x' })).status).toBe(403);
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

test('the images of both APIs are the same', async () => {
  const headers = { authorization: `Bearer ${keys.member}`, 'content-type': 'application/json' };
  const v1 = async (path: string, init: RequestInit = {}) =>
    (await fetch(`${installation.apiUrl}/v1${path}`, { headers, ...init })).json() as Promise<Record<string, unknown>>;
  const announced = await v1('/images', { method: 'POST', body: JSON.stringify({ name: 'by v1' }) });
  expect((await call('member', 'GET', `/v2/images/${announced.id}`)).body).toMatchObject({
    name: 'by v1',
    status: 'queued',
  });
  const { id } = await create({ name: 'by glance' });
  await call('member', 'PUT', `/v2/images/${id}/file`, randomBytes(1000));
  expect(await v1(`/images/${id}`)).toMatchObject({ status: 'saving', published: null });
  await admit(id);
  const seen = await v1(`/images/${id}`);
  expect(seen).toMatchObject({
    name: 'by glance',
    status: 'active',
    size: 1000,
    diskFormat: 'raw',
    published: { size: 1000 },
  });

  const project = await createProjectStore(installation.db).ensure({ id: 'demo' });
  const { image } = await publishedImage(installation.db, project);
  expect((await call('member', 'GET', `/v2/images/${image.id}`)).body).toMatchObject({
    status: 'active',
    disk_format: 'qcow2',
    container_format: 'bare',
    size: 2048,
    virtual_size: 4096,
    os_hash_algo: 'sha256',
  });
  const openapi = await (await fetch(`${installation.apiUrl}/openapi.json`)).json();
  expect(Object.keys((openapi as { paths: object }).paths).filter((path) => !path.startsWith('/v1'))).toEqual([]);
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
