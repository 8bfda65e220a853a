import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { Download } from '../../shared/ports/downloads.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { fetchUpload } from '../../workers/activities/download.ts';
import { createDoor } from '../../workers/internet/door.ts';
import { freshDatabase } from '../support/database.ts';
import { someProject } from '../support/samples.ts';

/** The step of a download as it is, between a real server and a real object store. */

const bucket = 'downloads';
const MiB = 1024 ** 2;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: ObjectStore;
let project: Project;
beforeAll(async () => {
  const { endpoint, region, accessKey, secretKey } = inject('stack').s3;
  store = createObjectStore({ endpoint, region, accessKey, secretKey, pathStyle: true });
  await store.ensureBucket(bucket);
  database = await freshDatabase();
  project = await someProject(database.db);
});
afterAll(() => database?.drop());
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.raw`;
}

async function ordered(source: { url: string; checksum?: string }, { id: projectId } = project) {
  const downloads = createDownloadStore(database.db);
  const images = createImageStore(database.db);
  const { id, upload } = await downloads.create({ projectId, name: 'x', settings: {}, bucket, source });
  const { fence } = await downloads.begin(id);
  const download = (await downloads.get(id)) as Download;
  const fetch = (limit = 64 * MiB, signal = AbortSignal.timeout(30_000), held = fence) =>
    fetchUpload(
      {
        config: { MAX_UPLOAD_BYTES: limit, DOWNLOAD_LEAST_BYTES_PER_SECOND: 16 * 1024 },
        downloads,
        images,
        store,
        door: createDoor({ allowedHosts: ['127.0.0.1'] }),
      },
      download,
      held,
      { signal, patienceMs: 1000, retryMs: { first: 1, most: 10 } },
    );
  const left = async () => {
    const open: unknown[] = [];
    for await (const each of store.listMultiparts(bucket, upload.key)) open.push(each);
    return { object: await store.head(bucket, upload.key), open };
  };
  return { id, upload, fetch, left, downloads, images };
}
const nothing = { object: undefined, open: [] };

// More than one part, and no whole number of them.
const data = randomBytes(20 * MiB + 12_345);
const sums = {
  sha256: `sha256:${createHash('sha256').update(data).digest('hex')}`,
  sha512: `sha512:${createHash('sha512').update(data).digest('hex')}`,
};

test.each([undefined, sums.sha256, sums.sha512])('the bytes become the upload, checked by %s', async (checksum) => {
  const url = await serve((_asked, answer) => answer.end(data));
  const { id, upload, fetch, downloads } = await ordered({ url, ...(checksum ? { checksum } : {}) });
  await fetch();
  const object = await store.head(bucket, upload.key);
  expect(object?.size).toBe(data.length);
  expect((await buffer(await store.stream(object as never))).equals(data)).toBe(true);
  expect(await downloads.get(id)).toMatchObject({ status: 'handed-over', received: data.length, total: data.length });
});

test('a length that nobody says, and a connection that breaks', async () => {
  let count = 0;
  const url = await serve((asked, answer) => {
    const [, start = '0'] = /^bytes=(\d+)-$/.exec(asked.headers.range ?? '') ?? [];
    const from = Number(start);
    const range = from ? { 'content-range': `bytes ${from}-${data.length - 1}/${data.length}` } : {};
    answer.writeHead(from ? 206 : 200, { etag: '"one"', 'transfer-encoding': 'chunked', ...range });
    if (++count < 3) answer.write(data.subarray(from, from + 7 * MiB), () => answer.destroy());
    else answer.end(data.subarray(from));
  });
  const { id, upload, fetch, downloads } = await ordered({ url, checksum: sums.sha256 });
  await fetch();
  expect(count).toBe(3);
  expect((await store.head(bucket, upload.key))?.size).toBe(data.length);
  expect(await downloads.get(id)).toMatchObject({ status: 'handed-over', received: data.length, total: null });
});

describe('leaves neither an object nor a part behind, and says why, when', () => {
  const refusedBy = (code: string, message: RegExp) => ({
    code,
    retryable: false,
    remedy: expect.any(String),
    message: expect.stringMatching(message),
  });

  test.each([true, false])('the file is too large (announced: %s)', async (isAnnounced) => {
    const sent = { bytes: 0 };
    const url = await serve((_asked, answer) => {
      if (isAnnounced) answer.setHeader('content-length', data.length);
      for (let at = 0; at < data.length; at += MiB)
        answer.write(data.subarray(at, at + MiB), () => (sent.bytes += MiB));
      answer.end();
    });
    const { fetch, left } = await ordered({ url });
    await expect(fetch(9 * MiB)).rejects.toMatchObject(refusedBy('quota-exceeded', /larger than the limit of 9.0 MiB/));
    expect(await left()).toEqual(nothing);
  });

  test('the checksum is another one', async () => {
    const url = await serve((_asked, answer) => answer.end(data));
    const { fetch, left } = await ordered({ url, checksum: `sha256:${'0'.repeat(64)}` });
    await expect(fetch()).rejects.toMatchObject(refusedBy('invalid-input', /a different sha256/));
    expect(await left()).toEqual(nothing);
  });

  test('the file is empty', async () => {
    const { fetch, left } = await ordered({ url: await serve((_asked, answer) => answer.end()) });
    await expect(fetch()).rejects.toMatchObject(refusedBy('invalid-input', /empty/));
    expect(await left()).toEqual(nothing);
  });

  test('the image is deleted meanwhile, or another worker takes it', async () => {
    for (const take of ['delete', 'begin'] as const) {
      const url = await serve((_asked, answer) => {
        answer.writeHead(200, { 'content-length': data.length }).write(data.subarray(0, MiB));
        setTimeout(() => answer.end(data.subarray(MiB)), 300);
      });
      const { id, fetch, left, downloads, images } = await ordered({ url });
      const fetching = fetch();
      await (take === 'delete' ? images.markForDeletion(id) : downloads.begin(id));
      await expect(fetching).rejects.toMatchObject({ code: 'superseded' });
      expect(await left()).toEqual(nothing);
    }
  });

  test('it is cancelled', async () => {
    const url = await serve((_asked, answer) => void answer.writeHead(200, { 'content-length': 99 }).write('.'));
    const { fetch, left } = await ordered({ url });
    await expect(fetch(MiB, AbortSignal.timeout(200))).rejects.toThrow();
    expect(await left()).toEqual(nothing);
  });
});

test.each([true, false])(
  'a quota cuts it off before a byte too many is kept, and with room it goes again (announced: %s)',
  async (isAnnounced) => {
    const projects = createProjectStore(database.db);
    const url = await serve((_asked, answer) => {
      if (isAnnounced) answer.setHeader('content-length', data.length);
      else answer.setHeader('transfer-encoding', 'chunked');
      answer.end(data);
    });
    const small = await someProject(database.db, { quota: { bytes: 9 * MiB } });
    const { id, fetch, left, downloads, upload } = await ordered({ url }, small);
    const refusal = await fetch().catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'quota-exceeded',
      retryable: false,
      remedy: expect.stringContaining('larger quota'),
      message: expect.stringMatching(/^The project's quota is 9\.0 MiB/),
    });
    expect(await left()).toEqual(nothing);
    await downloads.end(id, { code: 'quota-exceeded', message: (refusal as Error).message });
    expect((await projects.quota(small.id))?.used).toMatchObject({ bytes: 0, uploads: 0 });

    await projects.setQuota(small.id, { bytes: data.length });
    await downloads.order(id, {});
    await fetch(64 * MiB, AbortSignal.timeout(30_000), (await downloads.begin(id)).fence);
    expect((await store.head(bucket, upload.key))?.size).toBe(data.length);
    expect((await projects.quota(small.id))?.used.bytes).toBe(data.length);
  },
);

test('twice is once, and what an earlier try left in parts is cleared away', async () => {
  let count = 0;
  const url = await serve((_asked, answer) => {
    count++;
    answer.end(data);
  });
  const first = await ordered({ url });
  await store.createMultipart(bucket, first.upload.key);
  await first.fetch();
  expect((await first.left()).open).toEqual([]);
  // Its worker was killed between the last part and the row.
  await database.db.updateTable('downloads').set({ status: 'running' }).where('image_id', '=', first.id).execute();
  await first.fetch();
  expect(count).toBe(1);
  expect(await first.downloads.get(first.id)).toMatchObject({ status: 'handed-over' });
});

test.each(['sha256', 'sha512'] as const)('an object that is there already must have the %s too', async (algorithm) => {
  const url = await serve((_asked, answer) => void answer.end(data));
  const checked = await ordered({ url, checksum: sums[algorithm] });
  // Not by us: by someone who may write into the bucket.
  await store.put(bucket, checked.upload.key, Buffer.from('other bytes'), 'application/octet-stream');
  await expect(checked.fetch()).rejects.toMatchObject({ code: 'invalid-input', retryable: false });
  expect(await checked.downloads.get(checked.id)).toMatchObject({ status: 'running' });
  await store.put(bucket, checked.upload.key, data, 'application/octet-stream');
  await checked.fetch();
  expect(await checked.downloads.get(checked.id)).toMatchObject({ status: 'handed-over' });
});
