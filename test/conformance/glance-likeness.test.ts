import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';
import { type Cloud, startCloud } from '../support/openstack-cloud.ts';
import { admitSent } from '../support/run-records.ts';

/**
 * The same requests of an ordinary member to OpenStack's own Glance and Keystone, and to ours: the same status, and the same fields; and schemas that say
 * the same.
 */

type Service = { url: string; token: string; identity: string; user: string; project: string };
let installation: Installation;
let cloud: Cloud;
let ours: Service;
let theirs: Service;

beforeAll(async () => {
  [installation, cloud] = await Promise.all([startInstallation({ roles: [], env: { POLICY: 'warn' } }), startCloud()]);
  const { key, hash, hint } = newApiKey();
  const user = await createApiKeyStore(installation.db).create({
    projectId: project,
    name: 'm',
    hash,
    hint,
    role: 'member' as const,
  });
  const { apiUrl } = installation;
  ours = { url: `${apiUrl}/image`, token: key, identity: `${apiUrl}/identity/v3`, user, project };
  const domain = { name: 'Default' };
  const { username, password, project_name } = cloud.member;
  const answer = await fetch(`${cloud.authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: username, password, domain } } },
        scope: { project: { name: project_name, domain } },
      },
    }),
  });
  const { token } = (await answer.json()) as {
    token: {
      catalog: { type: string; endpoints: { url: string }[] }[];
      user: { id: string };
      project: { id: string };
    };
  };
  const url = token.catalog.find(({ type }) => type === 'image')?.endpoints[0]?.url ?? '';
  theirs = {
    url: url.replace(/\/v2\/?$/, ''),
    token: answer.headers.get('x-subject-token') ?? '',
    identity: cloud.authUrl,
    user: token.user.id,
    project: token.project.id,
  };
});
afterAll(async () => {
  await cloud?.close();
  await installation?.close();
});

type Request = { method: string; path: string; body?: unknown; type?: string; headers?: Record<string, string> };
type Seen = {
  status: number;
  fields?: string[];
  of?: string[];
  count?: number;
  body: Record<string, unknown> | undefined;
};

async function ask({ url, token }: Service, { method, path, body, type, headers = {} }: Request): Promise<Seen> {
  const isRaw = body instanceof Uint8Array;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      'x-auth-token': token,
      ...(body === undefined
        ? {}
        : { 'content-type': type ?? (isRaw ? 'application/octet-stream' : 'application/json') }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') && answer.status < 300;
  const json = isJson && text ? JSON.parse(text) : undefined;
  const [list] = Object.values(json ?? {}).filter(Array.isArray);
  const [first] = list ?? [];
  if (path.startsWith('/v2/schemas/')) return { status: answer.status, body: json };
  return {
    status: answer.status,
    ...(json ? { fields: Object.keys(json).sort() } : {}),
    ...(first && typeof first === 'object' ? { of: Object.keys(first).sort() } : {}),
    ...(list ? { count: list.length } : {}),
    body: json,
  };
}

const v20 = 'application/openstack-images-v2.0-json-patch';
const v21 = 'application/openstack-images-v2.1-json-patch';
const disk = { disk_format: 'raw', container_format: 'bare' };
const bytes = randomBytes(4096);
const nothing = new Uint8Array(0);

/** `:a` is an image without formats, `:b` and `:f` are some with them, `:g` is a qcow2, `:c` one with data, `:p` a protected one. */
const requests: (
  | string
  | [string, unknown]
  | [string, unknown, string]
  | [string, unknown, string | undefined, Record<string, string>]
)[] = [
  ...[
    'GET /',
    'GET /versions',
    'GET /v2/nothing',
    'GET /v2/images/',
    `GET /v2/images/${randomUUID()}`,
    'GET /v2/images/x',
  ],
  // Records.
  ...[
    ...[{}, { name: null }, { name: 'n', tags: ['a', 'a'] }, { disk_format: null }, { hw_disk_bus: 'virtio' }],
    ...[
      { disk_format: 'floppy' },
      { container_format: 'box' },
      { min_ram: 'x' },
      { min_disk: -1 },
      { min_ram: 2 ** 31 },
    ],
    ...[
      { x: 1 },
      { x: null },
      { x: ['y'] },
      { tags: 'a' },
      { tags: [1] },
      { tags: ['t'.repeat(256)] },
      { protected: 'yes' },
    ],
    ...[{ id: 'no' }, { visibility: 'nonsense' }, { visibility: 'public' }, { visibility: 'community' }, { name: 5 }],
    ...[
      { name: 'n'.repeat(256) },
      { self: '/' },
      { file: '/' },
      { schema: '/' },
      { os_glance_x: 'y' },
      { deleted: 'x' },
    ],
    ...[
      { location: 'x' },
      { direct_url: 'x' },
      { os_hidden: 'no' },
      { owner: 'somebody-else' },
      { ['p'.repeat(256)]: 'x' },
    ],
  ].map((body): [string, unknown] => ['POST /v2/images', body]),
  ...['GET /v2/images/:a', 'GET /v2/images/:c', 'GET /v2/images/:c/tasks', 'GET /v2/images'],
  // Changes.
  ...[
    ...[
      { op: 'replace', path: '/name', value: 'new' },
      { op: 'add', path: '/x', value: 'y' },
    ],
    ...[
      { op: 'replace', path: '/x', value: 'z' },
      { op: 'remove', path: '/x' },
      { op: 'remove', path: '/x' },
    ],
    ...[
      { op: 'replace', path: '/nothing', value: 'z' },
      { op: 'remove', path: '/name' },
      { op: 'add', path: '/tags', value: ['t'] },
    ],
    ...[
      { op: 'replace', path: '/tags', value: [] },
      { op: 'add', path: '/tags/-', value: 't' },
      { op: 'test', path: '/name', value: '' },
    ],
    ...[
      { op: 'replace', path: '/status', value: 'active' },
      { op: 'replace', path: '/id', value: randomUUID() },
    ],
    ...[
      { op: 'replace', path: '/size', value: 5 },
      { op: 'replace', path: '/checksum', value: 'x' },
      { op: 'add', path: '/os_glance_x', value: 'y' },
    ],
    ...[
      { op: 'replace', path: '/min_ram', value: 'x' },
      { op: 'replace', path: '/min_ram', value: 5 },
      { op: 'add', path: 'x', value: 'y' },
    ],
    ...[
      { op: 'add', path: '/x/y', value: 'y' },
      { op: 'add', path: '/x~2', value: 'y' },
      { op: 'add', path: '/x~0y', value: 'y' },
      { op: 'add', path: '/x' },
    ],
    ...[
      { op: 'replace', path: '/visibility', value: 'public' },
      { op: 'replace', path: '/visibility', value: 'private' },
    ],
    ...[
      { op: 'replace', path: '/visibility', value: 'shared' },
      { op: 'replace', path: '/disk_format', value: 'qcow2' },
    ],
    ...[
      { op: 'replace', path: '/protected', value: true },
      { op: 'replace', path: '/protected', value: false },
      { op: 'add', path: '/x', value: 1 },
      'x',
    ],
    ...[
      { op: 'replace', path: '/self', value: '/' },
      { op: 'replace', path: '/deleted', value: 'x' },
    ],
  ].map((change): [string, unknown, string] => ['PATCH /v2/images/:a', [change], v21]),
  ...[
    [],
    {},
    [
      { op: 'add', path: '/q', value: 'x' },
      { op: 'remove', path: '/nothing' },
    ],
  ].map((body): [string, unknown, string] => ['PATCH /v2/images/:a', body, v21]),
  'GET /v2/images/:a',
  ...[
    { add: '/y', value: 'x' },
    { add: '/y', value: 'x' },
    { replace: '/y', value: 'z' },
    { remove: '/y' },
    { add: '/y', remove: '/y', value: 'x' },
    {},
  ].map((change): [string, unknown, string] => ['PATCH /v2/images/:a', [change], v20]),
  ['PATCH /v2/images/:a', [], 'application/json'],
  ['PATCH /v2/images/:c', [{ op: 'replace', path: '/disk_format', value: 'qcow2' }], v21],
  // Lists.
  ...[
    ...['limit=0', 'limit=1', 'limit=x', 'limit=-1', 'limit=5000', 'marker=x', `marker=${randomUUID()}`, 'marker=:c'],
    ...[
      'sort=name',
      'sort=name:asc,size:desc',
      'sort=x',
      'sort=name:up',
      'sort=name&sort_key=size',
      'sort_key=x',
      'sort_dir=up',
    ],
    ...[
      'sort_key=name&sort_dir=asc',
      'sort_key=name&sort_key=size&sort_dir=asc',
      'sort_key=name&sort_dir=asc&sort_dir=desc',
    ],
    ...[
      'visibility=all',
      'visibility=x',
      'member_status=x',
      'member_status=pending',
      'os_hidden=true',
      'os_hidden=x',
      'protected=x',
    ],
    ...[
      'protected=true',
      'size_min=1',
      'size_max=x',
      'min_ram=5',
      'id=:c',
      'id=in::c,:b',
      'name=in:a,b',
      'name=x:y',
      'name=in:"a',
    ],
    ...[
      'created_at=gt:2020-01-01T00:00:00Z',
      'created_at=x',
      'created_at=x:2020-01-01T00:00:00Z',
      'updated_at=2020-01-01T00:00:00Z',
    ],
    ...['tag=a', 'tag=a&tag=b', 'hw_disk_bus=virtio', 'changes-since=2020-01-01T00:00:00Z', 'owner=x', 'checksum=x'],
    ...['os_hash_algo=sha512', 'virtual_size_min=1', 'status=in:queued,active', 'status=active', 'disk_format=raw'],
  ].map((query) => `GET /v2/images?${query}`),
  // Tags, members.
  ...[
    'PUT /v2/images/:a/tags/t',
    'PUT /v2/images/:a/tags/t',
    `PUT /v2/images/:a/tags/${'t'.repeat(256)}`,
    'DELETE /v2/images/:a/tags/t',
  ],
  ...['DELETE /v2/images/:a/tags/t', `PUT /v2/images/${randomUUID()}/tags/t`, 'GET /v2/images/:a/members'],
  ...[{}, { member: '' }, { member: 'm' }, { member: 'm' }].map((body): [string, unknown] => [
    'POST /v2/images/:a/members',
    body,
  ]),
  ...['GET /v2/images/:a/members', 'GET /v2/images/:a/members/m', 'GET /v2/images/:a/members/nobody'],
  ...[{ status: 'accepted' }, { status: 'x' }, {}].map((body): [string, unknown] => [
    'PUT /v2/images/:a/members/m',
    body,
  ]),
  ['PUT /v2/images/:a/members/nobody', { status: 'accepted' }],
  ...[
    'DELETE /v2/images/:a/members/nobody',
    'DELETE /v2/images/:a/members/m',
    'GET /v2/images/:d/members',
    'GET /v2/images/:d/members/m',
  ],
  ['POST /v2/images/:d/members', { member: 'm' }],
  // Data.
  ...[
    'GET /v2/images/:a/file',
    'GET /v2/images/:c/file',
    'HEAD /v2/images/:c/file',
    'POST /v2/images/:a/actions/deactivate',
  ],
  ...['bytes=0-9', 'bytes=-10', 'bytes=4000-', 'bytes=9999-', 'bytes=5-1'].map(
    (range): [string, unknown, undefined, Record<string, string>] => [
      'GET /v2/images/:c/file',
      undefined,
      undefined,
      { range },
    ],
  ),
  ['PUT /v2/images/:e/file', bytes],
  // No data at all: of what is raw it may be so, and of nothing else.
  ['PUT /v2/images/:f/file', nothing],
  ['PUT /v2/images/:g/file', nothing],
  ['PUT /v2/images/:g/stage', nothing],
  ['PUT /v2/images/:b/file', bytes, 'text/plain'],
  ['PUT /v2/images/:c/file', bytes],
  ['PUT /v2/images/:c/stage', bytes],
  ['POST /v2/images/:c/actions/nothing', {}],
  ...[
    'POST /v2/images/:c/actions/deactivate',
    'GET /v2/images/:c/file',
    'POST /v2/images/:c/actions/deactivate',
    'POST /v2/images/:c/actions/reactivate',
  ],
  ...[
    {},
    { method: {} },
    { method: { name: 'x' } },
    { method: { name: 'glance-direct' } },
    { method: { name: 'web-download' } },
  ].map((body): [string, unknown] => ['POST /v2/images/:b/import', body]),
  ['POST /v2/images/:b/import', { method: { name: 'glance-direct' }, all_stores: 'x' }],
  ...[{ all_stores: true, stores: ['x'] }, { stores: ['x'] }].map((stores): [string, unknown] => [
    'POST /v2/images/:b/import',
    { method: { name: 'web-download', uri: 'https://example.org/x' }, ...stores },
  ]),
  ...[{}, { stores: ['x'] }, { all_stores: true }].map(
    (stores): [string, unknown, undefined, Record<string, string>] => [
      'POST /v2/images/:b/import',
      { method: { name: 'web-download', uri: 'https://example.org/y' }, ...stores },
      undefined,
      { 'x-image-meta-store': 'nowhere' },
    ],
  ),
  ['POST /v2/images/:e/import', { method: { name: 'web-download', uri: 'https://example.org/x' } }],
  ['POST /v2/images/:c/import', { method: { name: 'web-download', uri: 'https://example.org/x' } }],
  ['PUT /v2/images/:b/stage', bytes],
  // Bodies are JSON, whatever they are called.
  ...['text/plain', 'application/x-www-form-urlencoded', 'application/nonsense'].flatMap(
    (type): [string, unknown, string][] => [
      ['POST /v2/images', { name: type }, type],
      ['POST /v2/images', 'x', type],
      ['POST /v2/images/:a/members', { member: type.replace('/', '') }, type],
      ['PATCH /v2/images/:a', [], type],
    ],
  ),
  // What there is.
  ...['x', 'metadefs', 'metadefs/x'].map((name) => `GET /v2/schemas/${name}`),
  ...[
    'GET /v2/tasks',
    `GET /v2/tasks/${randomUUID()}`,
    `DELETE /v2/tasks/${randomUUID()}`,
    'GET /v2/info/import',
    'GET /v2/info/usage',
    'GET /v2/info/stores',
    'GET /v2/info/stores/detail',
  ],
  ['POST /v2/tasks', { type: 'import', input: {} }],
  ...['GET /v2/metadefs/namespaces', 'GET /v2/metadefs/resource_types', 'GET /v2/metadefs/namespaces/x'],
  ['POST /v2/metadefs/namespaces', { namespace: 'x' }],
  ...[
    'PUT /v2/images',
    'DELETE /v2/images',
    'POST /v2/images/:a',
    'PATCH /v2/images/:a/file',
    'DELETE /v2/schemas/image',
    'POST /v2/info/import',
  ],
  ...['GET /v2/images/:a/import', 'POST /v2/images/:a/tags/t', 'DELETE /v2/tasks'],
  ...[
    `DELETE /v2/stores/nowhere/${randomUUID()}`,
    `DELETE /v2/stores/:store/${randomUUID()}`,
    'DELETE /v2/stores/:store/:a',
    'DELETE /v2/stores/:store/:c',
  ],
  // The end.
  ...[
    'DELETE /v2/images/:p',
    'DELETE /v2/images/:a',
    'DELETE /v2/images/:a',
    'GET /v2/images/:a',
    'GET /v2/images/:a/file',
  ],
];

/** Where we answer otherwise, and why. */
const otherwise: Readonly<Record<string, string>> = {
  'GET /versions': 'Fewer of them: Glance has locations (2.17).',
  'GET /v2/info/stores': 'The store has a description.',
  'PUT /v2/images/:g/stage': 'Says at once that nothing came, where Glance stages it and then cannot import it.',
  'DELETE /v2/stores/:store/:a':
    'Says that nothing is there yet (409); by its own rules Glance lets no member do this (403).',
};

/** Fields that only we have. */
const spare = new Set(['os_glance_bootready_run', 'os_glance_bootready_verdict']);

test('requests are answered alike', async () => {
  const images = async (service: Service): Promise<Record<string, string>> => {
    const made: Record<string, string> = {};
    for (const [name, attributes] of Object.entries({
      a: {},
      b: disk,
      c: { ...disk, hw_disk_bus: 'virtio' },
      d: { visibility: 'private' },
      e: {},
      f: disk,
      g: { ...disk, disk_format: 'qcow2' },
      p: { protected: true },
    })) {
      const { body } = await ask(service, { method: 'POST', path: '/v2/images', body: attributes });
      made[`:${name}`] = String(body?.id);
    }
    await ask(service, { method: 'PUT', path: `/v2/images/${made[':c']}/file`, body: bytes });
    // Ours serves it when a worker has looked at it.
    if (service === ours) await admitSent(installation.db, made[':c'] ?? '');
    const { body: info } = await ask(service, { method: 'GET', path: '/v2/info/stores' });
    const [store] = (info?.stores ?? []) as { id: string }[];
    made[':store'] = store?.id ?? '';
    return made;
  };
  const both = await Promise.all([ours, theirs].map(async (service) => ({ service, images: await images(service) })));
  const differences: unknown[] = [];
  for (const request of requests) {
    const [line, body, type, headers] = typeof request === 'string' ? [request] : request;
    const [method = '', path = ''] = line.split(' ');
    const [we, they] = await Promise.all(
      both.map(async ({ service, images: ids }) => {
        const at = path.replaceAll(/:([a-gp]|store)\b/g, (name) => ids[name] ?? name);
        const { body: _body, ...seen } = await ask(service, {
          method,
          path: at,
          body,
          ...(type ? { type } : {}),
          ...(headers ? { headers } : {}),
        });
        for (const names of [seen.fields, seen.of])
          names?.splice(0, names.length, ...names.filter((each) => !spare.has(each)));
        return seen;
      }),
    );
    const name = `${line}${body === undefined || body instanceof Uint8Array ? '' : ` ${JSON.stringify(body)}`}`;
    const isSame = JSON.stringify(we) === JSON.stringify(they);
    if (isSame === name in otherwise) differences.push({ name, we, they });
  }
  expect(differences).toEqual([]);
}, 240_000);

const schemas = [
  ...['image', 'images', 'member', 'members', 'task', 'tasks'],
  ...['namespace', 'resource_type', 'object', 'property', 'tag'].map((name) => `metadefs/${name}`),
  ...['namespaces', 'resource_types', 'objects', 'properties', 'tags'].map((name) => `metadefs/${name}`),
];

/** What a schema says to programs: descriptions are for people, and what one may be, or must have, has no order. */
function saidBy(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    const said = schema.map(saidBy);
    return schema.every((each) => typeof each !== 'object' || each === null) ? said.sort() : said;
  }
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      name === 'description' && typeof value === 'string' ? [] : [[name, saidBy(value)]],
    ),
  );
}

test.each(schemas)('the schema of %s says the same', async (name) => {
  const request = { method: 'GET', path: `/v2/schemas/${name}` };
  const [we, they] = await Promise.all([ask(ours, request), ask(theirs, request)]);
  expect(they.status).toBe(200);
  expect(saidBy(we.body)).toEqual(saidBy(they.body));
});

/** Names and types of what an answer holds; of lists the first. */
function describeShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [describeShape(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, describeShape(of)]));
}

test.each([
  ...['auth/projects', 'auth/domains', 'auth/system', 'OS-FEDERATION/projects', 'OS-FEDERATION/domains'],
  ...['users/:user', 'users/:user/projects', 'users/:user/groups', 'projects/:project', 'domains/default'],
  ...['regions', 'regions/RegionOne', 'users', 'users/nobody', 'users/nobody/projects', 'projects', 'projects/nothing'],
  ...['projects?name=x', 'domains', 'domains/x', 'roles', 'services', 'endpoints', 'role_assignments', 'groups'],
])('Keystone and we answer alike: %s', async (path) => {
  const [we, they] = await Promise.all(
    [ours, theirs].map(async ({ identity, token, user, project: own }) => {
      const url = `${identity}/${path.replace(':user', user).replace(':project', own)}`;
      const answer = await fetch(url, { headers: { 'x-auth-token': token } });
      return { status: answer.status, shape: answer.ok ? describeShape(await answer.json()) : undefined };
    }),
  );
  expect(we).toEqual(they);
});
