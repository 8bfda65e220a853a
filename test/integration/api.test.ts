import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { type ImageDetail, ImageDetail as ImageDetailSchema, type ImageView } from '../../shared/contracts/api.ts';
import { Operations as OperationsSchema } from '../../shared/contracts/operations.ts';
import type { Project, Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';
import { uploadedImage } from '../support/samples.ts';
import { signInForCookie, someAccounts, startWithIssuer } from '../support/signed-in.ts';
import { whereUploaded } from '../support/where-uploaded.ts';

/** The API process as it is, over HTTP; no worker runs, so nothing changes under the tests. */

let installation: Installation;
let close: () => Promise<void>;
/** API keys and the issuer's tokens. */
const keys: Record<string, string> = {};
/** Cookies of browsers. */
const sessions: Record<string, string> = {};
let webhookId: string;
beforeAll(async () => {
  const started = await startWithIssuer(someAccounts, { roles: [] });
  ({ installation, close } = started);
  const { db } = installation;
  await createProjectStore(db).ensure({ id: 'other' });
  const make = async (name: string, projectId: string, role: Role, expiresAt?: Date): Promise<string> => {
    const { key, hash, hint } = newApiKey();
    keys[name] = key;
    return createApiKeyStore(db).create({ projectId, name, hash, hint, role, ...(expiresAt ? { expiresAt } : {}) });
  };
  await make('member', 'demo', 'member');
  await make('reader', 'demo', 'reader');
  await make('admin', 'demo', 'admin');
  await make('stranger', 'other', 'member');
  await make('expired', 'demo', 'admin', new Date(Date.now() - 1000));
  await createApiKeyStore(db).revoke(await make('revoked', 'demo', 'admin'));
  const created = await call('member', 'POST', '/v1/webhooks', { url: 'https://example.org/hook' });
  webhookId = created.body.id;

  const { issuer } = started;
  for (const account of Object.keys(someAccounts)) keys[`token of ${account}`] = await issuer.accessToken(account);
  keys['token for another API'] = await issuer.accessToken('demo-admin', 'https://other.test');
  const admin = { sub: 'demo-admin', projects: ['demo'], access: { roles: ['operator'] } };
  keys['expired token'] = await issuer.sign(admin, { expires: Date.now() / 1000 - 60 });
  for (const account of ['demo-reader', 'demo-member', 'demo-admin', 'other-member']) {
    sessions[`session of ${account}`] = await signInForCookie(installation.apiUrl, account);
  }
  for (const name of ['reader', 'member', 'admin', 'stranger']) {
    const headers = { authorization: `Bearer ${keys[name]}`, origin: installation.apiUrl };
    const signedIn = await fetch(`${installation.apiUrl}/v1/session`, { method: 'POST', headers });
    sessions[`session by key of ${name}`] = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  }
  sessions['ended session'] = await signInForCookie(installation.apiUrl, 'demo-admin');
  await call('ended session', 'DELETE', '/v1/session');
});
afterAll(() => close?.());

/** The same right, shown in every way that there is. */
function kinds(role: 'reader' | 'member' | 'admin'): string[] {
  return [role, `token of demo-${role}`, `session of demo-${role}`, `session by key of ${role}`];
}
const strangers = ['stranger', 'token of other-member', 'session of other-member', 'session by key of stranger'];

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { status: number; headers: Headers; body: any };

function shownBy(who: string | undefined): Record<string, string> {
  const cookie = sessions[who ?? ''];
  if (cookie) return { cookie, origin: installation.apiUrl };
  return who === undefined ? {} : { authorization: `Bearer ${keys[who] ?? who}` };
}

async function call(who: string | undefined, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(installation.apiUrl + path, {
    method,
    headers: {
      ...shownBy(who),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}

async function newImage(name: string, who = 'member'): Promise<ImageView> {
  return (await call(who, 'POST', '/v1/images', { name })).body;
}

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
            headers: { ...shownBy(who), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
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

describe('operations', () => {
  test('are for administrators alone', async () => {
    for (const [method, path] of [
      ['GET', '/v1/operations'],
      ['GET', '/v1/operations/ended-runs'],
      ['GET', '/v1/audit-log'],
      ['GET', '/v1/audit-log/export'],
      ['POST', '/v1/upload-events/1/replay'],
      ['GET', '/v1/quotas'],
    ] as const) {
      for (const who of ['reader', 'member', 'stranger']) expect((await call(who, method, path)).status).toBe(403);
    }
  });

  test('tell of runs, workers, queues and servers', async () => {
    const { status, body } = await call('admin', 'GET', '/v1/operations');
    expect(status).toBe(200);
    expect(OperationsSchema.parse(body)).toEqual(body);
    expect(body.queues.map(({ name }: { name: string }) => name)).toEqual(['intake', 'notify', 'housekeeping']);
    expect(body.dependencies).toMatchObject({ database: true, redis: true });
    expect(body.links.queueBoard).toBe('/queues/');
  });

  test('quotas of all projects are told, changed, and the change stands in the audit log with its numbers', async () => {
    await call('admin', 'PATCH', '/v1/projects/other/quota', { bytes: 4096, images: null });
    const { body } = await call('admin', 'GET', '/v1/quotas?sort=project&limit=500');
    expect(body.projects).toHaveLength(body.total);
    const other = body.projects.find(({ projectId }: { projectId: string }) => projectId === 'other');
    expect(other).toMatchObject({ own: { bytes: 4096, images: null }, limits: { bytes: 4096 }, used: { images: 0 } });
    const [entry] = (await call('admin', 'GET', '/v1/audit-log?action=project.quota')).body.entries;
    expect(entry.details).toEqual({ project: 'other', bytes: '4096', images: 'null' });
    expect((await call('admin', 'GET', '/v1/quotas?sort=size')).status).toBe(400);
    await call('admin', 'PATCH', '/v1/projects/other/quota', { bytes: null });
  });

  test('a notification is settled once more when it is replayed; one that never came is not', async () => {
    const events = createEventStore(installation.db);
    const [id] = await events.record('test', [
      {
        fingerprint: 'replayed',
        eventName: 'e',
        bucket: 'uploads',
        key: 'nobody/x',
        etag: null,
        versionId: null,
        sequencer: null,
        raw: {},
      },
    ]);
    await events.settle(id as number, 'no-object', 'the object does not exist');
    const answer = await call('admin', 'POST', `/v1/upload-events/${id}/replay`);
    expect(answer).toMatchObject({ status: 202, body: { id, outcome: 'received', settledAt: null } });
    const { counts } = (await call('admin', 'GET', '/v1/operations')).body.queues[0];
    expect(counts.waiting + counts.active + counts.delayed).toBeGreaterThan(0);
    const [newest] = (await call('admin', 'GET', '/v1/audit-log')).body.entries;
    expect(newest).toMatchObject({
      action: 'event.replay',
      actor: 'admin',
      imageId: null,
      details: { event: `${id}` },
    });
    expect((await call('admin', 'POST', '/v1/upload-events/999999/replay')).status).toBe(404);
    expect((await call('admin', 'POST', '/v1/upload-events/x/replay')).status).toBe(400);
  });

  test('what was done stands in the audit log, what was refused does not', async () => {
    const image = await newImage('audited');
    await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'renamed' });
    await call('reader', 'DELETE', `/v1/images/${image.id}`);
    await call('stranger', 'DELETE', `/v1/images/${image.id}`);
    await call('member', 'DELETE', `/v1/images/${image.id}`);
    const { body } = await call('admin', 'GET', `/v1/audit-log?imageId=${image.id}`);
    const entry = { actor: 'member', projectId: 'demo', imageId: image.id, address: '127.0.0.1', details: {} };
    expect(body.entries).toMatchObject([
      { ...entry, action: 'image.delete' },
      { ...entry, action: 'image.rename' },
      { ...entry, action: 'image.create' },
    ]);
    const shared = await newImage('answered');
    await call('member', 'PUT', `/v1/images/${shared.id}/members/other`);
    await call('stranger', 'PATCH', `/v1/images/${shared.id}/members/other`, { status: 'accepted' });
    await call('member', 'POST', `/v1/images/${shared.id}/upload`, { size: 1024 ** 2 });
    await call('member', 'DELETE', `/v1/images/${shared.id}/upload`);
    const trail = (await call('admin', 'GET', `/v1/audit-log?imageId=${shared.id}`)).body.entries;
    expect(trail).toMatchObject([
      { action: 'image.abandon-upload', actor: 'member', details: {} },
      { action: 'image.answer-share', actor: 'stranger', details: { project: 'other', status: 'accepted' } },
      { action: 'image.share', actor: 'member', details: { project: 'other' } },
      { action: 'image.create', actor: 'member', details: { name: 'answered' } },
    ]);
    const made = await call('admin', 'GET', '/v1/audit-log?action=project.create');
    expect(made.body.entries).toMatchObject([{ projectId: 'demo', keyId: null }]);
    expect((await call('admin', 'GET', '/v1/audit-log?action=nothing')).status).toBe(400);

    const file = await fetch(`${installation.apiUrl}/v1/audit-log/export?imageId=${image.id}`, {
      headers: { authorization: `Bearer ${keys.admin}` },
    });
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const lines = (await file.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(body.entries);
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

describe('images', () => {
  test('are announced, found, renamed and deleted', async () => {
    const image = await newImage('Debian 12');
    expect(image).toMatchObject({ projectId: 'demo', status: 'queued', activity: null, size: null });
    expect((await call('reader', 'GET', `/v1/images?search=${image.id.slice(0, 8)}`)).body.images).toEqual([image]);
    const renamed = await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'Debian 13' });
    expect(renamed.body.name).toBe('Debian 13');
    expect((await call('member', 'DELETE', `/v1/images/${image.id}`)).status).toBe(204);
    const gone = await call('member', 'GET', `/v1/images/${image.id}`);
    expect(gone.status === 404 || gone.body.status === 'pending_delete').toBe(true);
  });

  test('are changed field by field; properties are merged, and null removes one', async () => {
    const { id } = await newImage('to be set');
    const change = (body: unknown) => call('member', 'PATCH', `/v1/images/${id}`, body);
    const { body } = await change({ minRam: 512, minDisk: 5, properties: { os_distro: 'debian', kept: 'yes' } });
    expect(body).toMatchObject({ name: 'to be set', minRam: 512, minDisk: 5, visibility: 'shared' });
    expect((await change({ properties: { os_distro: null, added: '' } })).body).toMatchObject({
      minRam: 512,
      properties: { kept: 'yes', added: '' },
    });
    expect((await call('reader', 'GET', `/v1/images/${id}`)).body.properties).toEqual({ kept: 'yes', added: '' });
    for (const [wrong, status] of [
      [{}, 400],
      [{ minRam: -1 }, 400],
      [{ minDisk: 2 ** 31 }, 400],
      [{ properties: { visibility: 'public' } }, 400],
      [{ properties: { '': 'x' } }, 400],
      [{ properties: { x: 'a\0b' } }, 400],
      [{ properties: { os_glance_x: 'y' } }, 403],
      [{ properties: { checksum: 'y' } }, 403],
      [{ properties: Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`p${at}`, 'x'])) }, 413],
    ] as const) {
      expect([wrong, (await change(wrong)).status]).toEqual([wrong, status]);
    }
    expect((await call('reader', 'GET', `/v1/images/${id}`)).body.properties).toEqual({ kept: 'yes', added: '' });
  });

  test('are shared with a project, which sees them from then on and alone says whether it takes them', async () => {
    const { id } = await newImage('shared');
    const members = `/v1/images/${id}/members`;
    expect((await call('stranger', 'GET', members)).status).toBe(404);
    const shared = await call('member', 'PUT', `${members}/other`);
    expect(shared).toMatchObject({ status: 200, body: { projectId: 'other', status: 'pending' } });
    expect((await call('member', 'PUT', `${members}/other`)).body).toEqual(shared.body);

    expect((await call('member', 'PATCH', `${members}/other`, { status: 'accepted' })).status).toBe(403);
    expect((await call('stranger', 'PATCH', `${members}/demo`, { status: 'accepted' })).status).toBe(404);
    const taken = await call('stranger', 'PATCH', `${members}/other`, { status: 'accepted' });
    expect(taken).toMatchObject({ status: 200, body: { projectId: 'other', status: 'accepted' } });
    expect((await call('stranger', 'GET', members)).body.members).toEqual([taken.body]);
    // Not published yet; it is there for them.
    expect((await call('stranger', 'GET', `/v1/images/${id}/download`)).status).toBe(409);
    expect((await call('stranger', 'PUT', `${members}/third`)).status).toBe(404);
    expect((await call('stranger', 'PATCH', `/v1/images/${id}`, { name: 'mine' })).status).toBe(404);

    for (const project of ['demo', 'No Project', '%00']) {
      expect([project, (await call('member', 'PUT', `${members}/${project}`)).status]).toEqual([project, 400]);
    }
    expect((await call('member', 'DELETE', `${members}/other`)).status).toBe(204);
    expect((await call('member', 'DELETE', `${members}/other`)).status).toBe(404);
    expect((await call('stranger', 'GET', members)).status).toBe(404);
    expect((await call('stranger', 'GET', `/v1/images/${id}/download`)).status).toBe(404);
  });

  test('that other projects share are a list of their own, and say what was answered', async () => {
    const { id } = await newImage('from demo');
    const ids = async (query: string, who = 'stranger'): Promise<[string, string | undefined][]> => {
      const { body } = await call(who, 'GET', `/v1/images?${query}`);
      return body.images.map((image: ImageView) => [image.id, image.memberStatus]);
    };
    expect(await ids('shared=all&name=from%20demo')).toEqual([]);
    await call('member', 'PUT', `/v1/images/${id}/members/other`);
    expect(await ids('shared=all&name=from%20demo')).toEqual([[id, 'pending']]);
    expect(await ids('shared=accepted')).not.toContainEqual([id, 'pending']);
    expect((await ids('limit=500')).map(([each]) => each)).not.toContain(id);
    await call('stranger', 'PATCH', `/v1/images/${id}/members/other`, { status: 'accepted' });
    const accepted: [string, string] = [id, 'accepted'];
    expect(await ids('shared=accepted')).toContainEqual(accepted);
    expect(await ids(`search=${id.slice(0, 8)}&shared=all`)).toEqual([accepted]);
    expect(await ids('search=from%20demo&shared=pending')).toEqual([]);
    expect(await ids(`search=${id.slice(0, 8)}`)).toEqual([]);
    const { body } = await call('stranger', 'GET', `/v1/images/${id}`);
    expect(body).toMatchObject({ projectId: 'demo', memberStatus: 'accepted' });
    // Whose it is is told nothing of it; administrators are told of their own project only.
    expect((await call('member', 'GET', `/v1/images/${id}`)).body).not.toHaveProperty('memberStatus');
    for (const who of ['member', 'admin']) expect([who, await ids('shared=all', who)]).toEqual([who, []]);
    expect((await call('stranger', 'GET', '/v1/images?shared=yes')).status).toBe(400);
  });

  test('that everybody may use are shared with nobody in particular', async () => {
    const { id } = await newImage('open');
    await installation.db.updateTable('images').set({ visibility: 'public' }).where('id', '=', id).execute();
    expect((await call('admin', 'PUT', `/v1/images/${id}/members/other`)).status).toBe(409);
  });

  test('come in pages, newest first, each once', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.unshift((await newImage(`page ${count}`, 'stranger')).id);
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const query = `limit=2${next ? `&after=${next}` : ''}`;
      const { body } = await call('stranger', 'GET', `/v1/images?${query}`);
      seen.push(...body.images.map(({ id }: ImageView) => id));
      next = body.next;
    } while (next);
    expect(seen).toEqual(made);
  });

  test('are found by a part of their name', async () => {
    const image = await newImage('Alpine 3.20 (100 % own)');
    const found = async (query: string) =>
      (await call('reader', 'GET', `/v1/images?${query}`)).body.images.map(({ id }: ImageView) => id);
    expect(await found('text=alpine')).toEqual([image.id]);
    expect(await found(`text=${encodeURIComponent('100 %')}`)).toEqual([image.id]);
    expect(await found('text=alpine_')).toEqual([]);
    expect(await found('text=alpine&format=raw')).toEqual([]);
    expect(await found('text=alpine&owner=platform')).toEqual([]);
  });

  test('are filtered by their boot test only within the own project', async () => {
    const image = await newImage('never tested');
    const ask = async (query: string) => call('reader', 'GET', `/v1/images?text=never%20tested&${query}`);
    const found = async (query: string) => (await ask(query)).body.images.map(({ id }: ImageView) => id);
    expect([await found('boot=unknown'), await found('boot=passed')]).toEqual([[image.id], []]);
    for (const query of ['boot=unknown&owner=platform', 'boot=unknown&shared=all', 'boot=maybe']) {
      expect([query, (await ask(query)).status]).toEqual([query, 400]);
    }
  });

  test('of the platform are those that are public and active, for every project', async () => {
    const offered = await newImage('offered');
    const unfinished = await newImage('not yet offered');
    const change = (id: string, status: 'active' | 'queued', visibility: 'public' | 'shared') =>
      installation.db.updateTable('images').set({ status, visibility }).where('id', '=', id).execute();
    await change(offered.id, 'active', 'public');
    await change(unfinished.id, 'queued', 'public');
    const seen = async (owner: string) =>
      (await call('stranger', 'GET', `/v1/images?owner=${owner}&text=offered`)).body.images.map(
        ({ id }: ImageView) => id,
      );
    expect([await seen('platform'), await seen('project')]).toEqual([[offered.id], []]);
    await change(offered.id, 'active', 'shared');
    expect(await seen('platform')).toEqual([]);
  });

  test.each([
    [{ name: '' }, /name is empty/],
    [{ name: 'a\u0007b' }, /control characters/],
    [{ name: 'a\u202eb' }, /control characters/],
    [{ name: 'x', settings: { targetFormat: 'vmdk' } }, /targetFormat/],
    [{ name: 'x', colour: 'red' }, /colour/],
    [{}, /name/],
  ])('%j is refused with a sentence', async (body, message) => {
    const answer = await call('member', 'POST', '/v1/images', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(message) });
  });

  test('too large a file is refused before a byte is sent', async () => {
    const answer = await call('member', 'POST', '/v1/images', { name: 'huge', size: 2 ** 50 });
    expect(answer).toMatchObject({ status: 413, body: { error: { code: 'quota-exceeded' } } });
  });

  test('cannot be tried again, stopped or downloaded before they are there', async () => {
    const { id } = await newImage('not yet');
    for (const [method, path] of [
      ['POST', 'runs'],
      ['POST', 'cancel'],
      ['GET', 'download'],
    ] as const) {
      const answer = await call('member', method, `/v1/images/${id}/${path}`);
      expect([path, answer.status]).toEqual([path, 409]);
      expect(answer.body.error.remedy).toBeTruthy();
    }
  });
});

test('cancelling a run that Temporal does not know starts its workflow, which ends it', async () => {
  const demo = await createProjectStore(installation.db).get('demo');
  const { image, run } = await uploadedImage(installation.db, demo as Project);
  expect((await call('member', 'POST', `/v1/images/${image.id}/cancel`)).status).toBe(202);
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = installation.env;
  const connection = await Connection.connect({ address: address as string });
  const handle = new Client({ connection, namespace: namespace as string }).workflow.getHandle(run.workflowId);
  const { events } = await handle.fetchHistory();
  await connection.close();
  expect(events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes)).toBe(true);
});

describe('an upload in parts', () => {
  test('goes straight to the store, is continued, and is only whole when it is whole', async () => {
    const bytes = randomBytes(20 * 1024 ** 2);
    const image = await newImage('parts');
    const path = `/v1/images/${image.id}/upload`;
    const open = await call('member', 'POST', path, { size: bytes.length });
    const { partSize, partCount } = open.body;
    expect(open.body).toMatchObject({ partCount: Math.ceil(bytes.length / partSize), parts: [] });
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body.status).toBe('uploading');
    const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
    const signed = await call('member', 'POST', `${path}/parts`, { partNumbers: numbers });
    const send = async (partNumber: number): Promise<void> => {
      const { url } = signed.body.parts[partNumber - 1];
      const body = bytes.subarray((partNumber - 1) * partSize, partNumber * partSize);
      expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    };
    await send(2);
    const early = await call('member', 'POST', `${path}/complete`, { size: bytes.length });
    expect(early).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining('(1, 3)') } } });
    await send(1);
    await send(3);
    const again = await call('member', 'POST', path, { size: bytes.length });
    expect(again.body.parts.map(({ partNumber }: { partNumber: number }) => partNumber)).toEqual([1, 2, 3]);
    expect((await call('member', 'POST', `${path}/complete`, { size: bytes.length })).status).toBe(200);
    const { bucket, key } = whereUploaded(image);
    const stored = await installation.s3.getObject(bucket, key);
    const pieces: Buffer[] = [];
    for await (const piece of stored) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const events = await call('member', 'GET', '/v1/upload-events');
    expect(events.body.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ source: 'api', key: image.upload.key, outcome: 'received' })]),
    );
    expect((await call('stranger', 'GET', '/v1/upload-events')).body.events).toEqual([]);
  });

  test('that is given up leaves nothing in the store', async () => {
    const image = await newImage('given up');
    await call('member', 'POST', `/v1/images/${image.id}/upload`, { size: 1000 });
    expect((await call('member', 'DELETE', `/v1/images/${image.id}/upload`)).status).toBe(204);
    const { uploads } = await installation.s3.listIncompleteUploadsQuery(
      'uploads',
      whereUploaded(image).key,
      '',
      '',
      '',
    );
    expect(uploads).toEqual([]);
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body.status).toBe('queued');
  });
});

test('a stream tells the image at once and after each change', async () => {
  const image = await newImage('watched');
  const leaving = new AbortController();
  const answer = await fetch(`${installation.apiUrl}/v1/images/${image.id}/stream`, {
    headers: { authorization: `Bearer ${keys.reader}` },
    signal: leaving.signal,
  });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const told = (): ImageDetail[] =>
    [...text.matchAll(/^event: image\ndata: (.*)\n\n/gm)].map(([, data]) =>
      ImageDetailSchema.parse(JSON.parse(data ?? '')),
    );
  const reading = (async () => {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) text += Buffer.from(chunk).toString();
  })();
  await eventually(async () => told().length === 1, { within: 10, what: 'the image comes' });
  await call('member', 'PATCH', `/v1/images/${image.id}`, { name: 'renamed' });
  await eventually(async () => told().at(-1)?.name === 'renamed', { within: 10, what: 'the change comes' });
  leaving.abort();
  await expect(reading).rejects.toThrow(/abort/i);
});

test('a stream for lists tells which of the own images change', async () => {
  const leaving = new AbortController();
  const answer = await fetch(`${installation.apiUrl}/v1/images/stream`, {
    headers: { authorization: `Bearer ${keys.stranger}` },
    signal: leaving.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) text += Buffer.from(chunk).toString();
  })();
  await eventually(async () => text.includes('"ids":[]'), { within: 10, what: 'the stream begins' });
  const foreign = await newImage('not theirs');
  const own = await newImage('theirs', 'stranger');
  await eventually(async () => text.includes(own.id), { within: 10, what: 'the change comes' });
  expect(text).not.toContain(foreign.id);
  leaving.abort();
  await expect(reading).rejects.toThrow(/abort/i);
});

describe('storage notifications', () => {
  const record = {
    eventName: 's3:ObjectCreated:Put',
    eventTime: '2026-01-01T00:00:00Z',
    s3: { bucket: { name: 'uploads' }, object: { key: 'demo/x', size: 0, eTag: '"e"', sequencer: '1' } },
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(installation.apiUrl + path, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const secret = () => installation.env.EVENTS_SECRET as string;

  test('the secret may stand in a header, the path, the query or the record', async () => {
    const body = { Records: [record] };
    const opaque = { Records: [{ ...record, opaqueData: secret() }] };
    expect((await post('/events/s3/a', body)).status).toBe(401);
    expect((await post('/events/s3/a', body, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post('/events/s3/a/wrong', body)).status).toBe(401);
    expect((await post('/events/s3/a', body, { authorization: `Bearer ${secret()}` })).status).toBe(200);
    expect((await post(`/events/s3/a/${secret()}`, body)).status).toBe(200);
    expect((await post(`/events/s3/a?token=${secret()}`, body)).status).toBe(200);
    expect((await post('/events/s3/ceph', opaque)).status).toBe(200);
    // Two fingerprints: Ceph's record is the same event.
    const { body: page } = await call('admin', 'GET', '/v1/upload-events');
    expect(page.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: 'demo/x', receipts: 4, outcome: 'received' })]),
    );
  });

  test('every sender finds what it expects', async () => {
    const to = `/events/s3/a/${secret()}`;
    const answer = async (body: unknown, headers?: Record<string, string>) => (await post(to, body, headers)).json();
    expect(await answer({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' })).toEqual({
      accepted: 0,
      ignored: 1,
    });
    expect(
      await answer({ EventName: 's3:ObjectCreated:Put', Key: 'uploads/demo/y', Records: [record, record] }),
    ).toEqual({ accepted: 2, ignored: 0 });
    expect(
      await answer({ 'detail-type': 'Object Created', detail: { bucket: { name: 'uploads' }, object: { key: 'k' } } }),
    ).toEqual({ accepted: 1, ignored: 0 });
    const attributes = {
      specversion: '1.0',
      id: '1',
      type: 'com.amazonaws.s3.ObjectCreated:Put',
      source: 'aws:s3.eu-central-1.uploads',
      subject: 'demo/z',
    };
    expect(
      await answer({ ...attributes, data: {} }, { 'content-type': 'application/cloudevents+json; charset=utf-8' }),
    ).toEqual({ accepted: 1, ignored: 0 });
    const binary = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    expect(await answer({}, { ...binary, 'content-type': 'application/json' })).toEqual({ accepted: 1, ignored: 0 });
    for (const method of ['GET', 'HEAD']) {
      expect((await fetch(`${installation.apiUrl}${to}`, { method })).status).toBe(200);
      expect((await fetch(`${installation.apiUrl}/`, { method })).status).toBe(200);
    }
    const handshake = await fetch(installation.apiUrl + to, {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventemitter.example.com' },
    });
    expect(handshake.headers.get('webhook-allowed-origin')).toBe('eventemitter.example.com');
  });

  test('what cannot be read is said to be so; what is too long is not read', async () => {
    expect((await post('/events/s3/a', 'no json')).status).toBe(401);
    expect((await post(`/events/s3/a/${secret()}`, 'no json')).status).toBe(400);
    expect((await post(`/events/s3/a/${secret()}`, 'x'.repeat(2 * 1024 ** 2))).status).toBe(413);
    expect((await post(`/events/s3/UPPER/${secret()}`, {})).status).toBe(400);
  });
});

test('health: alive, and ready when all answers', async () => {
  expect((await call(undefined, 'GET', '/livez')).body).toEqual({ status: 'ok' });
  const ready = await call(undefined, 'GET', '/readyz');
  expect(ready).toMatchObject({
    status: 200,
    body: { checks: { database: true, redis: true, temporal: true, 'object-store': true } },
  });
});

test('a webhook shows its secret once', async () => {
  const { status, body } = await call('member', 'POST', '/v1/webhooks', { url: 'https://example.org/two' });
  expect(status).toBe(201);
  expect(body.secret).toMatch(/^whsec_/);
  const list = await call('member', 'GET', '/v1/webhooks');
  expect(JSON.stringify(list.body)).not.toContain('whsec_');
  expect((await call('member', 'DELETE', `/v1/webhooks/${body.id}`)).status).toBe(204);
});

test('unknown addresses and methods get a sentence', async () => {
  const answer = await call('member', 'GET', '/v1/nothing');
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not-found', requestId: expect.any(String) } } });
});

describe('repairs', () => {
  const linux = { osType: 'linux', packageFormat: 'deb' };
  const refused = async (finding: object, guest: object = linux): Promise<ImageView> => {
    const image = await newImage('broken');
    const { db, s3 } = installation;
    const { bucket, key } = whereUploaded(image);
    await s3.putObject(bucket, key, Buffer.from('a disk'));
    const values = {
      image_id: image.id,
      number: 1,
      workflow_id: `image-${image.id}-run-1`,
      status: 'rejected',
    } as const;
    const upload = { ...image.upload, etag: 'e', size: 6 };
    const report = { schema: 'bootready.report/v1', imageId: image.id, runId: image.id, verdict: 'reject', upload };
    await db
      .insertInto('runs')
      .values({
        ...values,
        finished_at: new Date(),
        report: JSON.stringify({ ...report, layers: [], guest, findings: [finding], tools: {} }) as never,
      })
      .execute();
    return image;
  };
  const noDriver = { code: 'virtio-block-initramfs', step: 'inspect', outcome: 'fail', params: {} };

  test('make a new image by what the report asks for, and leave the old one alone', async () => {
    const image = await refused(noDriver);
    const { remedies } = (await call('reader', 'GET', `/v1/images/${image.id}/repairs`)).body;
    expect(remedies).toContainEqual(
      expect.objectContaining({ code: 'virtio-in-initramfs', answers: ['virtio-block-initramfs'] }),
    );
    const before = (await call('member', 'GET', `/v1/images/${image.id}`)).body;
    const { status, body } = await call('member', 'POST', `/v1/images/${image.id}/repairs`, {});
    expect(status).toBe(202);
    expect(ImageDetailSchema.parse(body)).toMatchObject({
      name: 'broken (repaired)',
      projectId: 'demo',
      runs: [],
      repair: {
        parentId: image.id,
        status: 'queued',
        remedies: ['virtio-in-initramfs'],
        before: [{ code: 'virtio-block-initramfs', outcome: 'fail' }],
        changes: [],
        failure: null,
      },
    });
    expect(body.id).not.toBe(image.id);
    expect((await call('member', 'GET', `/v1/images/${image.id}`)).body).toEqual(before);
  });

  test('are cancelled, even before they have begun, and then make nothing', async () => {
    const image = await refused(noDriver);
    const { id } = (await call('member', 'POST', `/v1/images/${image.id}/repairs`, {})).body;
    const cancel = () => call('member', 'POST', `/v1/images/${id}/cancel`);
    expect(await cancel()).toMatchObject({
      status: 202,
      body: { id, status: 'killed', repair: { status: 'cancelled', failure: null } },
    });
    await expect(createRepairStore(installation.db).begin(id)).rejects.toMatchObject({ code: 'superseded' });
    expect(await cancel()).toMatchObject({
      status: 409,
      body: { error: { message: 'Nothing is processing this image.' } },
    });
  });

  test('are refused where they make no sense', async () => {
    const image = await refused({ ...noDriver, outcome: 'pass' });
    const repair = async (id: string, body: object): Promise<[number, string]> => {
      const answer = await call('member', 'POST', `/v1/images/${id}/repairs`, body);
      return [answer.status, answer.body.error.message];
    };
    expect(await repair(image.id, {})).toEqual([409, expect.stringMatching(/^No remedy fixes/)]);
    expect(await repair(image.id, { remedies: ['prayer'] })).toEqual([400, 'There is no remedy "prayer".']);
    expect(await repair((await newImage('new')).id, {})).toEqual([
      409,
      expect.stringMatching(/^The system in this image is unknown/),
    ]);
  });

  test('of Windows are told of, and refused with the reason, where the installation has no virtio-win', async () => {
    const finding = { code: 'windows-disk-driver', step: 'inspect', outcome: 'fail', params: {} };
    const image = await refused(finding, { osType: 'windows', architecture: 'x86_64' });
    const { remedies } = (await call('reader', 'GET', `/v1/images/${image.id}/repairs`)).body;
    expect(remedies).toEqual([
      expect.objectContaining({
        code: 'inject-virtio-windows',
        answers: ['windows-disk-driver'],
        unavailable: expect.stringMatching(/VIRTIO_WIN/),
      }),
    ]);
    const asked = (body: object) => call('member', 'POST', `/v1/images/${image.id}/repairs`, body);
    expect(await asked({})).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/^No remedy fixes/) } },
    });
    expect(await asked({ remedies: ['inject-virtio-windows'] })).toMatchObject({
      status: 409,
      body: {
        error: { message: expect.stringMatching(/cannot be done here/), remedy: expect.stringMatching(/VIRTIO_WIN/) },
      },
    });
  });
});

describe('an image that is fetched', () => {
  const source = { url: 'https://example.org/disk.qcow2?signature=secret', checksum: `SHA256:${'A'.repeat(64)}` };
  const download = (id: string) => createDownloadStore(installation.db).get(id);

  test('is being imported, shows no secret of its URL, and takes no upload', async () => {
    const made = await call('member', 'POST', '/v1/images', { name: 'fetched', source });
    expect(made).toMatchObject({ status: 201, body: { status: 'importing', activity: null } });
    const shown = await call('member', 'GET', `/v1/images/${made.body.id}`);
    expect(ImageDetailSchema.parse(shown.body).download).toEqual({
      url: 'https://example.org/disk.qcow2',
      checksum: source.checksum.toLowerCase(),
      status: 'queued',
      received: 0,
      total: null,
      failure: null,
    });
    expect(JSON.stringify([made.body, shown.body])).not.toContain('secret');
    expect(await installation.logs()).not.toContain('secret');
    expect((await call('member', 'POST', `/v1/images/${made.body.id}/upload`, { size: 1 })).status).toBe(409);
  });

  test('may be tried again when it came to nothing, by those who own it', async () => {
    const { id } = (await call('member', 'POST', '/v1/images', { name: 'again', source })).body;
    expect((await call('member', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(409);
    // It ends where it stands, whether its workflow hears of it or not.
    expect(await call('member', 'POST', `/v1/images/${id}/cancel`)).toMatchObject({
      status: 202,
      body: { status: 'killed', download: { status: 'cancelled', failure: null } },
    });
    expect((await call('member', 'POST', `/v1/images/${id}/cancel`)).status).toBe(409);
    expect((await call('member', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(202);
    const failure = { code: 'unavailable', message: 'Silence.', remedy: 'Wait.' };
    await createDownloadStore(installation.db).end(id, failure);
    expect((await call('member', 'GET', `/v1/images/${id}`)).body).toMatchObject({
      status: 'killed',
      download: { status: 'failed', failure },
    });
    expect((await call('stranger', 'POST', `/v1/images/${id}/runs`, {})).status).toBe(404);
    const again = await call('member', 'POST', `/v1/images/${id}/runs`, { settings: { policy: 'warn' } });
    expect(again).toMatchObject({ status: 202, body: { status: 'importing', settings: { policy: 'warn' } } });
    expect(await download(id)).toMatchObject({ ...source, checksum: source.checksum.toLowerCase(), status: 'queued' });
    expect((await call('member', 'DELETE', `/v1/images/${id}`)).status).toBe(204);
  });

  test.each([
    [{ url: 'ftp://example.org/x' }, /http/],
    [{ url: 'file:///etc/passwd' }, /http/],
    [{ url: 'https://user:word@example.org/x' }, /password/],
    [{ url: `https://example.org/${'x'.repeat(5000)}` }, /4096/],
    [{ url: 'https://example.org/x', checksum: 'md5:00' }, /sha256/],
    [{}, /url/],
  ])('%j is refused with a sentence', async (from, message) => {
    const answer = await call('member', 'POST', '/v1/images', { name: 'x', source: from });
    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringMatching(message)]);
    expect(answer.body.error.message).not.toContain('word@');
  });
});

describe('a snapshot', () => {
  test('is told by properties, uploaded or fetched, and listed as one', async () => {
    const [baseImageId, instanceId] = [crypto.randomUUID(), crypto.randomUUID()];
    const snapshot = { kind: 'backup', baseImageId, instanceId };
    const source = { url: 'https://example.org/server.raw' };
    const sent = await call('member', 'POST', '/v1/images', { name: 'server', snapshot });
    const fetched = await call('member', 'POST', '/v1/images', { name: 'server', snapshot: {}, source });
    const type = { image_type: 'snapshot' };
    expect([sent.body.properties, fetched.body.properties]).toEqual([
      { ...type, snapshot_kind: 'backup', base_image_ref: baseImageId, instance_uuid: instanceId },
      { ...type, snapshot_kind: 'template' },
    ]);
    const ids = async (imageType: string) =>
      (await call('member', 'GET', `/v1/images?imageType=${imageType}`)).body.images.map(({ id }: ImageView) => id);
    expect(await ids('snapshot')).toEqual([fetched.body.id, sent.body.id]);
    expect(await ids('image')).not.toContain(sent.body.id);
    for (const wrong of [{ kind: 'copy' }, { instanceId: 'x' }, { colour: 'red' }]) {
      expect((await call('member', 'POST', '/v1/images', { name: 'x', snapshot: wrong })).status).toBe(400);
    }
  });
});
