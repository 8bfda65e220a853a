import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { ImageView, QuotaView, Self } from '../../shared/contracts/api.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { runCli } from '../support/run-cli.ts';

/** Quotas as users meet them: by our API, by the Image API, by plain S3 and on the command line. */

const MiB = 1024 ** 2;
let installation: Installation;
let dir: string;
const keys: Record<string, string> = {};
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quotas-'));
  installation = await startInstallation({ env: { QUOTA_IMAGES: '6', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } });
  const { db } = installation;
  await createProjectStore(db).ensure({ id: 'other' });
  const make = async (name: string, projectId: string, role: Role): Promise<void> => {
    const { key, hash, hint } = newApiKey();
    keys[name] = key;
    await createApiKeyStore(db).create({ projectId, name, hash, hint, role });
  };
  await make('member', 'demo', 'member');
  await make('reader', 'demo', 'reader');
  await make('admin', 'other', 'admin');
  await make('stranger', 'other', 'member');
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { status: number; body: any };
async function call(method: string, path: string, body?: unknown, who = 'member'): Promise<Answer> {
  const answer = await fetch(installation.apiUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${keys[who]}`,
      'x-auth-token': keys[who] ?? '',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : undefined };
}
/** A body whose length nobody tells beforehand. */
function send(path: string, chunks: readonly Buffer[], headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${installation.apiUrl}/image${path}`, {
    method: 'PUT',
    headers: { 'x-auth-token': keys.member ?? '', 'content-type': 'application/octet-stream', ...headers },
    body: Readable.from(chunks),
    duplex: 'half',
  } as unknown as RequestInit);
}
async function quota(): Promise<QuotaView> {
  return (await call('GET', '/v1/projects/demo/quota')).body;
}
async function used() {
  return (await quota()).used;
}
function over(status = 413) {
  return { status, body: { error: { code: 'quota-exceeded' } } };
}

beforeEach(async () => {
  const { db } = installation;
  for (const { id } of (await call('GET', '/v1/images?limit=500')).body.images as ImageView[]) {
    await call('DELETE', `/v1/images/${id}/upload`);
    await db.updateTable('images').set({ status: 'deleted', deleted_at: new Date() }).where('id', '=', id).execute();
  }
  await createProjectStore(db).setQuota('demo', { bytes: 4 * MiB, images: null, uploads: null });
});

describe('limits', () => {
  test('are told to the project and to administrators; of others nothing is told', async () => {
    const expected = { limits: { bytes: 4 * MiB, images: 6, uploads: null }, used: { bytes: 0, images: 0 } };
    for (const who of ['member', 'reader', 'admin']) {
      expect((await call('GET', '/v1/projects/demo/quota', undefined, who)).body).toMatchObject(expected);
    }
    expect((await call('GET', '/v1/self')).body as Self).toMatchObject({ quota: expected });
    const theirs = await call('GET', '/v1/projects/demo/quota', undefined, 'stranger');
    const missing = await call('GET', '/v1/projects/none/quota', undefined, 'stranger');
    expect(theirs.status).toBe(404);
    expect({ ...theirs.body.error, requestId: '' }).toEqual({ ...missing.body.error, requestId: '' });
    expect((await call('GET', '/v1/projects/none/quota', undefined, 'admin')).status).toBe(404);
  });

  test('are set by administrators alone', async () => {
    const set = (body: object, who: string, project = 'demo') =>
      call('PATCH', `/v1/projects/${project}/quota`, body, who);
    expect((await set({ uploads: 2 }, 'member')).status).toBe(403);
    expect((await set({ uploads: 0 }, 'admin')).status).toBe(400);
    for (const resource of ['images', 'uploads']) {
      expect((await set({ [resource]: 2 ** 31 }, 'admin')).status).toBe(400);
      expect((await set({ [resource]: 2 ** 31 - 1 }, 'admin')).status).toBe(200);
      expect((await set({ [resource]: null }, 'admin')).status).toBe(200);
    }
    expect((await set({ uploads: 2 }, 'admin', '%00')).status).toBe(400);
    expect((await set({ uploads: 2 }, 'admin', 'none')).status).toBe(404);
    expect((await set({ uploads: 2, bytes: null }, 'admin')).body.limits).toEqual({
      bytes: null,
      images: 6,
      uploads: 2,
    });
    expect((await quota()).limits).toEqual({ bytes: null, images: 6, uploads: 2 });
  });

  test('are set and told on the command line of the installation', async () => {
    const { env } = installation;
    const project = async (...args: string[]) => runCli(['project', 'quota', ...args], { env });
    expect(await project('demo', '--bytes', '3G', '--count', '5', '--uploads', '1')).toMatchObject({
      code: 0,
      stdout: 'bytes    0 bytes of 3.0 GiB\nimages   0 of 5\nuploads  0 of 1 at a time\n',
    });
    expect((await quota()).limits).toEqual({ bytes: 3 * 1024 ** 3, images: 5, uploads: 1 });
    await project('demo', '--count', 'default');
    expect((await quota()).limits).toMatchObject({ images: 6, uploads: 1 });
    for (const wrong of ['0', '-1', 'many', '1.5G', '9999999999999999T']) {
      expect([wrong, (await project('demo', '--bytes', wrong)).code]).toEqual([wrong, 2]);
    }
    expect((await project('none')).code).not.toBe(0);
  });
});

describe('our API', () => {
  test('refuses what does not fit before a byte is sent, and takes room when an upload is opened', async () => {
    expect(await call('POST', '/v1/images', { name: 'x', size: 5 * MiB })).toMatchObject(over());
    const first = (await call('POST', '/v1/images', { name: 'x', size: 3 * MiB })).body as ImageView;
    const second = (await call('POST', '/v1/images', { name: 'x', size: 3 * MiB })).body as ImageView;
    const openings = await Promise.all(
      [first, second].map(({ id }) => call('POST', `/v1/images/${id}/upload`, { size: 3 * MiB })),
    );
    expect(openings.map(({ status }) => status).sort()).toEqual([200, 413]);
    expect(await used()).toMatchObject({ bytes: 3 * MiB, uploads: 1, images: 2 });
    // Going on with it takes nothing more.
    const [winner, loser] = openings[0]?.status === 200 ? [first, second] : [second, first];
    expect((await call('POST', `/v1/images/${winner.id}/upload`, { size: 3 * MiB })).status).toBe(200);
    expect((await call('DELETE', `/v1/images/${winner.id}/upload`)).status).toBe(204);
    expect(await used()).toMatchObject({ bytes: 0, uploads: 0 });
    expect((await call('POST', `/v1/images/${loser.id}/upload`, { size: 3 * MiB })).status).toBe(200);
  });

  test('takes no more bytes than an upload promised, and completes none with more', async () => {
    const { id } = (await call('POST', '/v1/images', { name: 'x' })).body as ImageView;
    await call('POST', `/v1/images/${id}/upload`, { size: 1000 });
    const signed = (await call('POST', `/v1/images/${id}/upload/parts`, { partNumbers: [1] })).body.parts[0].url;
    expect((await fetch(signed, { method: 'PUT', body: randomBytes(1001) })).status).toBe(403);
    expect((await fetch(signed, { method: 'PUT', body: randomBytes(1000) })).status).toBe(200);
    expect((await call('POST', `/v1/images/${id}/upload/complete`, { size: 5 * MiB })).status).toBe(409);
    expect(await call('POST', `/v1/images/${id}/upload`, { size: 5 * MiB })).toMatchObject(over());
    expect(await used()).toMatchObject({ bytes: 1000 });
  });

  test('makes no more images than are allowed', async () => {
    const made = await Promise.all(Array.from({ length: 9 }, () => call('POST', '/v1/images', { name: 'x' })));
    expect(made.filter(({ status }) => status === 201).length).toBe(6);
    expect(made.find(({ status }) => status === 413)?.body.error).toMatchObject({
      message: "The project's quota is 6 images, and it has 6.",
    });
  });
});

describe('the Image API', () => {
  const create = async (): Promise<string> =>
    (await call('POST', '/image/v2/images', { name: 'x', disk_format: 'raw', container_format: 'bare' })).body.id;
  const usage = async () => (await call('GET', '/image/v2/info/usage')).body.usage;

  test.each(['file', 'stage'])('cuts a body of unknown length off at the quota (%s), and forgets it', async (where) => {
    const id = await create();
    const answer = await send(`/v2/images/${id}/${where}`, Array(10).fill(randomBytes(MiB)));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringMatching(/quota is 4\.0 MiB/) } });
    expect(await used()).toMatchObject({ bytes: 0, uploads: 0 });
    expect((await send(`/v2/images/${id}/${where}`, Array(4).fill(randomBytes(MiB)))).status).toBe(204);
    expect(await usage()).toMatchObject({
      image_size_total: { limit: 4, usage: 4 },
      image_stage_total: { limit: 4, usage: where === 'stage' ? 4 : 0 },
      image_count_total: { limit: 6, usage: 1 },
      image_count_uploading: { limit: -1, usage: 0 },
    });
  });

  test('refuses an announced size at once, and holds the sender to what was announced', async () => {
    const id = await create();
    const large = await send(`/v2/images/${id}/stage`, [randomBytes(10)], { 'x-openstack-image-size': `${5 * MiB}` });
    expect(large.status).toBe(413);
    const lie = await send(`/v2/images/${id}/stage`, [randomBytes(11)], { 'x-openstack-image-size': '10' });
    expect(lie.status).toBe(400);
    expect(await used()).toMatchObject({ bytes: 0 });
  });
});

test('a foreign S3 upload that is over the quota is refused with what to do, kept, and tried again when there is room', async () => {
  await installation.upload('large.raw', randomBytes(5 * MiB));
  const run = await installation.ended('large.raw');
  expect(run).toMatchObject({ status: 'rejected', imageStatus: 'killed' });
  const { body } = await call('GET', `/v1/images/${run.imageId}`);
  expect(body.runs[0].findings).toMatchObject([
    {
      code: 'quota-bytes',
      outcome: 'fail',
      params: { limit: 4 * MiB, used: 0, wanted: 5 * MiB },
      problem: expect.stringContaining('may use 4.0 MiB'),
      remedy: expect.stringContaining('larger quota'),
    },
  ]);
  expect((await installation.s3.statObject('uploads', 'demo/large.raw')).size).toBe(5 * MiB);
  expect(await used()).toMatchObject({ bytes: 5 * MiB, images: 1 });
  expect(await call('POST', `/v1/images/${run.imageId}/runs`, {})).toMatchObject(over());
  await call('PATCH', '/v1/projects/demo/quota', { bytes: 8 * MiB }, 'admin');
  expect((await call('POST', `/v1/images/${run.imageId}/runs`, {})).status).toBe(202);
  const again = await eventually(
    async () => {
      const { runs } = (await call('GET', `/v1/images/${run.imageId}`)).body;
      return runs[0].number === 2 && runs[0].finishedAt ? runs[0] : undefined;
    },
    { within: 300, what: 'the second run ends' },
  );
  // Random bytes are no disk; but that is what it is refused for now.
  expect(again.findings.map(({ code }: { code: string }) => code)).not.toContain('quota-bytes');
  expect((await call('DELETE', `/v1/images/${run.imageId}`)).status).toBe(204);
  expect(await used()).toMatchObject({ bytes: 0, images: 0 });
});

test('a fetch is cut off at the quota, says so, and goes again when there is room', async () => {
  const mirror = createServer((_asked, answer) => answer.end(randomBytes(5 * MiB)));
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  try {
    const source = { url: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/disk.raw` };
    const { id } = (await call('POST', '/v1/images', { name: 'fetched', source })).body;
    const ended = (status: string) =>
      eventually(
        async () => {
          const { body } = await call('GET', `/v1/images/${id}`);
          // The download is read after the image: one answer may be of before and after its end.
          const isOver = body.download.status === status && (status !== 'failed' || body.status !== 'importing');
          return isOver ? body : undefined;
        },
        { within: 120, what: `the fetch is ${status}` },
      );
    expect(await ended('failed')).toMatchObject({
      status: 'killed',
      download: { failure: { code: 'quota-exceeded', message: expect.stringMatching(/quota is 4\.0 MiB/) } },
    });
    expect(await used()).toMatchObject({ bytes: 0, images: 1, uploads: 0 });
    await call('PATCH', '/v1/projects/demo/quota', { bytes: 5 * MiB, uploads: 1 }, 'admin');
    expect((await call('POST', `/v1/images/${id}/runs`, {})).status).toBe(202);
    await ended('handed-over');
    expect((await used()).bytes).toBe(5 * MiB);
    // The Image API orders by the same rule.
    await call('PATCH', '/v1/projects/demo/quota', { bytes: null }, 'admin');
    const other = await call('POST', '/v1/images', { name: 'waits' });
    expect((await call('POST', `/v1/images/${other.body.id}/upload`, { size: 1 })).status).toBe(200);
    const declared = { name: 'x', disk_format: 'raw', container_format: 'bare' };
    const third = (await call('POST', '/image/v2/images', declared)).body.id;
    const method = { name: 'web-download', uri: source.url };
    expect((await call('POST', `/image/v2/images/${third}/import`, { method })).status).toBe(413);
    expect(await call('POST', '/v1/images', { name: 'fetched', source })).toMatchObject(over());
  } finally {
    mirror.close();
  }
});

test('the command line refuses before anything is made; goes on with what has its room', async () => {
  const file = join(dir, 'large.raw');
  const head = Buffer.alloc(5 * MiB);
  head.writeUInt16LE(0xaa55, 510);
  head[450] = 0x83;
  head.writeUInt32LE(2048, 454);
  head.writeUInt32LE(2048, 458);
  await writeFile(file, head);
  const env = { BOOTREADY_URL: installation.apiUrl, BOOTREADY_API_KEY: keys.member ?? '', XDG_STATE_HOME: dir };
  const refused = await runCli(['upload', file, '--name', 'x', '--no-wait'], { env });
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('may use 4.0 MiB and uses 0 bytes. There is no room for 5.0 MiB more'),
  });
  expect(await used()).toMatchObject({ images: 0 });
  await call('PATCH', '/v1/projects/demo/quota', { bytes: 5 * MiB }, 'admin');
  expect(await runCli(['upload', file, '--name', 'x', '--no-wait'], { env })).toMatchObject({ code: 0 });
  const who = await runCli(['whoami'], { env });
  expect(who.stdout).toContain('quota         bytes    5.0 MiB of 5.0 MiB');
});
