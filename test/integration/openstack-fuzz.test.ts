import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import Fastify, { type FastifyPluginAsync } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { glanceRoutes } from '../../api/openstack/glance/routes.ts';
import { keystoneRoutes } from '../../api/openstack/keystone/routes.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';

/**
 * Whatever is sent to the Image API and to Keystone's, they answer, and never that something went wrong on our side. Schemathesis
 * (openapi.test.ts) knows only what the OpenAPI document names. The seed is always the same; a failure prints it with the requests.
 */
const seed = 20_261_126;
const timeLimitMs = 30_000;

let installation: Installation;
const agent = new Agent({ maxSockets: 16 });
const tokens: string[] = [];
beforeAll(async () => {
  installation = await startInstallation({ roles: [], env: { MAX_UPLOAD_BYTES: String(1024 ** 2) } });
  for (const role of ['reader', 'member', 'admin'] as Role[]) {
    const { key, hash, hint } = newApiKey();
    tokens.push(key);
    await createApiKeyStore(installation.db).create({ projectId: project, name: role, hash, hint, role });
  }
});
afterAll(async () => {
  agent.destroy();
  await installation?.close();
});

type Route = { method: string; url: string };
async function collectRoutes(plugin: FastifyPluginAsync, prefix: string): Promise<Route[]> {
  const found: Route[] = [];
  const app = Fastify();
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) found.push({ method: each, url });
  });
  await app.register(plugin, { prefix });
  await app.close();
  return found;
}

type Asked = { method: string; path: string; headers: Record<string, string>; body: string | undefined };
type Answer = { status: number; headers: IncomingHttpHeaders; text: string };
/** Stands for more than anybody wants to read when a test fails. */
const nested = 'a list in a list in a list ...';
/** As it stands: no client that mends the path or the headers. Each character of the body is a byte. */
function ask({ method, path, headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body === nested ? '['.repeat(20_000) : (body ?? ''), 'latin1');
    const length = body === undefined ? {} : { 'content-length': String(bytes.length) };
    const sent = httpRequest(
      `${installation.apiUrl}`,
      { agent, method, path, headers: { ...headers, ...length }, timeout: 20_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        response.once('error', reject);
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('no answer')));
    sent.once('error', reject);
    sent.end(bytes);
  });
}

/** What may stand in a path or a query, spelled as it is sent. */
function spelling(ids: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }).map(encoded) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[
          '%00',
          '%ff%fe',
          '%',
          '%zz',
          '%c3%28',
          '..',
          '%2e%2e%2f',
          '0',
          '-1',
          '1e400',
          'NaN',
          'null',
          "'",
          '%22',
          '%5c',
        ],
        ...[
          '99999999999999999999999999',
          'x'.repeat(5000),
          '%f0%9f%92%a9',
          '%ed%a0%80',
          'true',
          'in:',
          'in:%22',
          '__proto__',
        ],
      ),
    },
  );
}
/** Half a character is sent as bytes that are none. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ed%a0%80';
  }
}

const queryNames = [
  ...['limit', 'marker', 'sort', 'sort_key', 'sort_dir', 'status', 'type', 'name', 'id', 'tag', 'visibility'],
  ...['member_status', 'os_hidden', 'protected', 'owner', 'size', 'size_min', 'size_max', 'virtual_size_min'],
  ...['min_ram', 'created_at', 'updated_at', 'checksum', 'os_hash_value', 'os_distro', '%00', '%ff', '__proto__'],
];
const queryValues = [
  ...['asc', 'desc', 'name:asc,size', 'created_at', 'gt:2026-01-01T00:00:00Z', 'gte:0000-01-01T00:00:00Z', 'all'],
  ...['lt:9999-12-31T23:59:60Z', '2026-01-01T00:00:00%2b99:99', 'neq:-000001-01-01T00:00:00Z', 'in:a,%22b,c%22'],
  ...['9007199254740993', '-9223372036854775808', 'pending', 'active'],
];

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(
    fc.constantFrom(
      ...[
        'name',
        'id',
        'tags',
        'visibility',
        'min_ram',
        'protected',
        'member',
        'status',
        'method',
        'auth',
        'owner',
        'op',
      ],
      ...['path', 'value', 'stores', 'all_stores', 'type', 'input', '__proto__', 'x', '\0'],
    ),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  fc.record({ method: fc.record({ name: fc.constantFrom('glance-direct', 'web-download', '\0'), uri: fc.string() }) }),
  fc.record({
    auth: fc.record({
      identity: fc.record({
        methods: fc.constantFrom(['password'], ['token'], ['application_credential'], [''], []),
        password: fc.record({ user: fc.record({ name: fc.string(), password: fc.string({ unit: 'binary' }) }) }),
        token: fc.record({ id: fc.oneof(fc.string(), fc.constant('brt_e30.x')) }),
        application_credential: fc.record({ id: fc.string({ unit: 'binary' }), secret: fc.string() }),
      }),
      scope: fc.jsonValue({ maxDepth: 2 }),
    }),
  }),
  fc.array(
    fc.record({
      op: fc.constantFrom('add', 'replace', 'remove', 'test'),
      path: fc.oneof(
        fc.string().map((each) => `/${each}`),
        fc.constantFrom('/name', '/tags', '/owner', '/disk_format'),
      ),
      value: fc.jsonValue({ maxDepth: 1 }),
    }),
    { maxLength: 3 },
  ),
);
/** The bytes of a text, one character each. */
function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
const body = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: json.map((each) => toBytes(JSON.stringify(each))) },
  { weight: 1, arbitrary: json.map((each) => toBytes(JSON.stringify(each)).slice(0, -1)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each).toString('latin1')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(nested, `{"name": "\\ud800\\u0000"}`, `{"min_ram": 1${'0'.repeat(400)}}`),
  },
);
const headerValue = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e9',
    '99999999999999999999',
    'bytes=0-',
    'bytes=-1',
    'bytes=5-1',
    'bytes=a-b',
    'images',
  ),
  fc.string({ maxLength: 20 }),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      ...['application/json', 'application/octet-stream', 'application/openstack-images-v2.1-json-patch', 'text/plain'],
      ...['application/openstack-images-v2.0-json-patch', 'application/json; charset=utf-16', 'nonsense', ';', ''],
    ),
    range: headerValue,
    accept: headerValue,
    'x-openstack-image-size': headerValue,
    'x-image-meta-store': headerValue,
    'x-subject-token': headerValue,
    'bootready-project': headerValue,
  },
  { requiredKeys: ['content-type'] },
);

test('no request makes a server error', async () => {
  const deps = {} as ApiDeps;
  const routes = [
    ...(await collectRoutes(glanceRoutes(deps, {} as never), '/image')),
    ...(await collectRoutes(keystoneRoutes({ ...deps, config: {} as never }, {} as never), '/identity')),
  ];
  expect(routes.length).toBeGreaterThan(100);
  const ids: string[] = ['images', 't', project, randomUUID()];
  for (let n = 0; n < 3; n++) {
    const made = await ask({
      method: 'POST',
      path: '/image/v2/images',
      headers: { 'x-auth-token': tokens[1] ?? '', 'content-type': 'application/json' },
      body: '{"name": "x", "disk_format": "raw", "container_format": "bare", "protected": true}',
    });
    ids.push((JSON.parse(made.text) as { id: string }).id);
  }

  const path = (url: string): fc.Arbitrary<string> => {
    const parts = url.split('/').map((part) => (/^[:*]/.test(part) ? spelling(ids) : fc.constant(part)));
    const query = fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom(...queryNames), spelling(ids)),
        fc.oneof(fc.constantFrom(...queryValues), spelling(ids)),
      ),
      { maxLength: 4 },
    );
    return fc
      .tuple(fc.tuple(...parts), query)
      .map(
        ([all, pairs]) =>
          `${all.join('/')}${pairs.length > 0 ? `?${pairs.map((pair) => pair.join('=')).join('&')}` : ''}`,
      );
  };
  const asked: fc.Arbitrary<Asked> = fc.constantFrom(...routes).chain(({ method, url }) =>
    fc.record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'TRACE', 'PROPFIND') },
      ),
      path: path(url),
      headers: fc
        .tuple(
          headers,
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...tokens) }, { weight: 1, arbitrary: headerValue }),
        )
        .map(([all, token]) => ({ ...all, 'x-auth-token': token })),
      body,
    }),
  );

  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 8, maxLength: 8 }), async (all) => {
      const answers = await Promise.all(all.map(ask));
      answers.forEach(({ status, headers: told, text }, index) => {
        const what = `${status} ${JSON.stringify(all[index]).slice(0, 2000)}`;
        expect(status, what).toBeLessThan(500);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        // Clients read why: a body that says so, wherever there may be one.
        if (status >= 400 && all[index]?.method !== 'HEAD') {
          expect(told['content-type'], what).toContain('application/json');
          expect(JSON.parse(text).error.message, what).toBeTruthy();
        }
      });
    }),
    { seed, numRuns: 700, endOnFailure: true, interruptAfterTimeLimit: timeLimitMs, markInterruptAsFailure: false },
  );
  // What is refused at the door tells nothing of what is behind it.
  for (const status of [200, 204, 400, 401, 403, 404, 405, 409, 415]) {
    expect([status, (seen.get(status) ?? 0) > 0]).toEqual([status, true]);
  }
}, 90_000);
