import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { MultipartTarget, ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import { uploadInParts } from '../../shared/store/upload-in-parts.ts';

/** What the port promises, on a real S3 server. */

const bucket = 'conformance';
let store: ObjectStore;
let number = 0;
let prefix: string;
beforeAll(async () => {
  const { endpoint, region, accessKey, secretKey } = inject('stack').s3;
  store = createObjectStore({ endpoint, region, accessKey, secretKey, pathStyle: true });
  await store.ensureBucket(bucket);
  await store.ensureBucket(bucket);
});
beforeEach(() => {
  prefix = `p${++number}/`;
});

async function put(key: string, body: Buffer | string, metadata = {}): Promise<ObjectInfo> {
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key, metadata) };
  const part = await store.putPart(target, 1, Buffer.from(body));
  await store.completeMultipart(target, [part]);
  return (await store.head(bucket, key)) as ObjectInfo;
}

async function endAll(key: string): Promise<void> {
  for await (const upload of store.listMultiparts(bucket, key)) await store.abortMultipart(upload);
}

test('head tells size, bare ETag and metadata; undefined of what is not there', async () => {
  const object = await put(`${prefix}a`, 'hello', { name: 'Debian 12', 'allow-iso': 'true' });
  expect(object).toMatchObject({
    bucket,
    key: `${prefix}a`,
    size: 5,
    metadata: { name: 'Debian 12', 'allow-iso': 'true' },
  });
  expect(object.etag).toMatch(/^[0-9a-f]{32}(-1)?$/);
  expect(await store.head(bucket, `${prefix}b`)).toBeUndefined();
});

test.each(['plus+sign', 'per%cent', 'sp ace', 'ümlaut', 'a&b=c', "quo'te", '%41', 'a/./b+%2f'.replace('/./', '/')])(
  'the key %s is carried as it is',
  async (name) => {
    await put(prefix + name, name);
    const found = await store.head(bucket, prefix + name);
    expect(found?.size).toBe(Buffer.byteLength(name));
    expect((await store.read(found as ObjectInfo, 0, 100)).toString()).toBe(name);
    const listed: string[] = [];
    for await (const { key } of store.list(bucket, prefix)) listed.push(key);
    expect(listed).toEqual([prefix + name]);
  },
);

test('read gives exactly the range, and less only at the end', async () => {
  const object = await put(`${prefix}a`, '0123456789');
  expect((await store.read(object, 3, 4)).toString()).toBe('3456');
  expect((await store.read(object, 8, 10)).toString()).toBe('89');
  expect((await buffer(await store.stream(object))).toString()).toBe('0123456789');
  const range = { offset: 3, length: 4 };
  expect((await buffer(await store.stream(object, undefined, range))).toString()).toBe('3456');
});

test('a pin does not read other bytes than it saw', async () => {
  const before = await put(`${prefix}a`, 'first');
  await put(`${prefix}a`, 'other');
  await expect(store.read(before, 0, 5)).rejects.toMatchObject({ code: 'object-changed', retryable: false });
  await expect(store.stream(before)).rejects.toMatchObject({ code: 'object-changed' });
  await store.remove(bucket, `${prefix}a`);
  await expect(store.read(before, 0, 5)).rejects.toMatchObject({ code: 'object-missing', retryable: false });
});

test('parts may come in any order, are listed while open, and make one object', async () => {
  const key = `${prefix}big`;
  const target: MultipartTarget = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  const first = Buffer.alloc(5 * 1024 ** 2, 'a');
  const second = Buffer.from('the end');
  const parts = [await store.putPart(target, 2, second), await store.putPart(target, 1, first)];
  expect(parts[1]?.etag).toBe(createHash('md5').update(first).digest('hex'));
  expect(await store.listParts(target)).toEqual([
    { partNumber: 1, etag: parts[1]?.etag, size: first.length },
    { partNumber: 2, etag: parts[0]?.etag, size: second.length },
  ]);
  const open: string[] = [];
  for await (const { uploadId } of store.listMultiparts(bucket, prefix)) open.push(uploadId);
  expect(open).toEqual([target.uploadId]);
  await store.completeMultipart(target, [parts[1], parts[0]] as never);
  const object = (await store.head(bucket, key)) as ObjectInfo;
  expect(object.size).toBe(first.length + second.length);
  expect((await store.read(object, first.length, 100)).toString()).toBe('the end');
});

test('an aborted upload is gone, aborting it twice is nothing', async () => {
  const key = `${prefix}gone`;
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  await store.putPart(target, 1, Buffer.from('x'));
  await store.abortMultipart(target);
  await store.abortMultipart(target);
  expect(await store.head(bucket, key)).toBeUndefined();
  await expect(store.listParts(target)).rejects.toMatchObject({ code: 'object-missing' });
});

test('presigned URLs put one part and get one object, without credentials', async () => {
  const key = `${prefix}signed (1)+ü!`;
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  const url = await store.presignPart(target, { partNumber: 1, length: 'signed bytes'.length }, 60);
  // Not one byte more or less than was signed.
  for (const body of ['signed byte', 'signed bytes!', 'x'.repeat(100_000)]) {
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(403);
  }
  expect(
    (await fetch(url.replace('partNumber=1', 'partNumber=2'), { method: 'PUT', body: 'signed bytes' })).status,
  ).toBe(403);
  expect(await store.listParts(target)).toEqual([]);
  const answer = await fetch(url, { method: 'PUT', body: 'signed bytes' });
  expect(answer.status).toBe(200);
  const [part] = await store.listParts(target);
  await store.completeMultipart(target, [part as never]);
  const got = await fetch(await store.presignGet(bucket, key, 60, 'Debian ü.raw'));
  expect(await got.text()).toBe('signed bytes');
  const elsewhere = (await store.presignGet(bucket, key, 60)).replace('signed', 'other');
  expect((await fetch(elsewhere)).status).toBe(403);
});

test('removing is idempotent', async () => {
  await put(`${prefix}a`, 'x');
  await store.remove(bucket, `${prefix}a`);
  await store.remove(bucket, `${prefix}a`);
  expect(await store.head(bucket, `${prefix}a`)).toBeUndefined();
});

test('a store that does not answer is `unavailable` and worth another try', async () => {
  const { region, accessKey, secretKey } = inject('stack').s3;
  const dead = createObjectStore({ endpoint: 'http://127.0.0.1:9', region, accessKey, secretKey, pathStyle: true });
  await expect(dead.head(bucket, 'a')).rejects.toMatchObject({ code: 'unavailable', retryable: true });
});

test('wrong credentials are said to be wrong', async () => {
  const { endpoint, region, accessKey } = inject('stack').s3;
  const wrong = createObjectStore({ endpoint, region, accessKey, secretKey: 'no', pathStyle: true });
  await expect(wrong.read({ bucket, key: 'a', etag: 'x', size: 1 }, 0, 1)).rejects.toThrow(/credentials/);
});

test.each(['parts', 'end'])(
  'an upload in parts that another writer breaks off before its %s may be tried again',
  async (moment) => {
    const key = `${prefix}contested`;
    const size = 20 * 1024 ** 2;
    const input = {
      bucket,
      key,
      size,
      signal: new AbortController().signal,
      progress: () => undefined,
      read: async (into: Buffer) => {
        if (moment === 'parts') await endAll(key);
        return into.fill(7);
      },
    };
    const contested: ObjectStore = {
      ...store,
      completeMultipart: async (target, parts) => {
        if (moment === 'end') await endAll(key);
        return store.completeMultipart(target, parts);
      },
    };
    await expect(uploadInParts(contested, input)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await store.head(bucket, key)).toBeUndefined();
  },
);
