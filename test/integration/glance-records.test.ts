import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { imageProperties } from '../../api/openstack/glance/schemas.ts';
import { type Answer, callImageApi } from '../support/call-image-api.ts';
import type { Installation } from '../support/installation.ts';
import { publishedImage } from '../support/samples.ts';

/** Records of images by the Image API over HTTP: codes, headers, bodies. */

const api = callImageApi();
const { keys, call, create, patch, admit } = api;
let installation: Installation;
beforeAll(() => {
  ({ installation } = api);
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
