import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { ObjectStoreConfig } from '../../adapters/object-store/config.ts';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { ByteControl, ByteWork } from '../../shared/ports/byte-work.ts';
import type { ObjectInfo, ObjectStore, UploadedPart } from '../../shared/ports/object-store.ts';
import { bring } from '../../workers/bytes/bring.ts';
import { digest, hash, readBack } from '../../workers/bytes/hash.ts';
import { send } from '../../workers/bytes/send.ts';
import { startByteThreads } from '../../workers/bytes/threads.ts';

/** What the port promises, in threads as workers have it, and in this process, on a real S3 server. */

const bucket = 'byte-work';
const MiB = 1024 ** 2;
const part = 8 * MiB;
let config: ObjectStoreConfig;
let store: ObjectStore;
let dir: string;
let number = 0;
let key: string;

function inProcess(): ByteWork & { close(): Promise<void> } {
  return {
    bring: (order, control) => bring(store, order, control),
    hash,
    digest,
    send: (order, control) => send(store, order, control),
    readBack: (pin, control) => readBack(store, pin, control),
    close: async () => undefined,
  };
}

beforeAll(async () => {
  const { endpoint, region, accessKey, secretKey } = inject('stack').s3;
  config = { endpoint, region, accessKey, secretKey, pathStyle: true };
  store = createObjectStore(config);
  await store.ensureBucket(bucket);
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'byte-work-'));
  key = `o${++number}`;
});
afterEach(() => rm(dir, { recursive: true }));

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
function control(signal = new AbortController().signal): ByteControl & { percents: number[] } {
  const percents: number[] = [];
  return { signal, percents, progress: (percent) => percents.push(percent) };
}
async function put(body: Buffer): Promise<ObjectInfo> {
  await store.put(bucket, key, body, 'application/octet-stream');
  return (await store.head(bucket, key)) as ObjectInfo;
}
async function openUploads(): Promise<string[]> {
  const open: string[] = [];
  for await (const upload of store.listMultiparts(bucket, key)) open.push(upload.key);
  return open;
}
function whole({ size }: { size: number }) {
  return { offset: 0, size };
}

/** Data, a hole of several parts, data, and an end that is no whole part. */
async function sparse(): Promise<{ path: string; bytes: Buffer }> {
  const bytes = Buffer.alloc(4 * part + 12_345);
  randomBytes(100_000).copy(bytes, 5000);
  randomBytes(100_000).copy(bytes, 4 * part - 50_000);
  const path = join(dir, 'sparse');
  await writeFile(path, '');
  await truncate(path, bytes.length);
  await writeFile(path, bytes);
  return { path, bytes };
}

describe.each([
  ['in threads', () => startByteThreads(config)],
  ['in this process', inProcess],
])('%s', (_where, start) => {
  let work: ReturnType<typeof start>;
  beforeAll(() => {
    work = start();
  });
  afterAll(() => work.close());

  test('brings an object to a file with holes, and hashes it', async () => {
    const bytes = Buffer.alloc(9 * MiB + 77);
    randomBytes(70_000).copy(bytes, 4 * MiB - 1000);
    bytes[bytes.length - 1] = 1;
    const from = await put(bytes);
    const to = join(dir, 'f');
    expect(await work.bring({ from, part: whole(from), to }, control())).toEqual({ sha256: sha256(bytes) });
    expect((await readFile(to)).equals(bytes)).toBe(true);
    expect((await stat(to)).blocks * 512).toBeLessThan(MiB);
  });

  test('an end of zeros is a hole too', async () => {
    const bytes = Buffer.concat([randomBytes(1000), Buffer.alloc(3 * MiB)]);
    const from = await put(bytes);
    const to = join(dir, 'f');
    await work.bring({ from, part: whole(from), to }, control());
    expect((await readFile(to)).equals(bytes)).toBe(true);
  });

  test('writes a part of it, and hashes all', async () => {
    const bytes = randomBytes(6 * MiB);
    const from = await put(bytes);
    const to = join(dir, 'f');
    const wanted = { offset: 1_234_567, size: 3 * MiB + 1 };
    expect(await work.bring({ from, part: wanted, to }, control())).toEqual({ sha256: sha256(bytes) });
    const cut = bytes.subarray(wanted.offset, wanted.offset + wanted.size);
    expect((await readFile(to)).equals(cut)).toBe(true);
  });

  test('brings nothing over a file that is there, nor through a link', async () => {
    const from = await put(Buffer.from('x'));
    await writeFile(join(dir, 'there'), 'mine');
    await symlink(join(dir, 'elsewhere'), join(dir, 'link'));
    for (const name of ['there', 'link']) {
      await expect(work.bring({ from, part: whole(from), to: join(dir, name) }, control())).rejects.toThrow('EEXIST');
    }
    expect(await readFile(join(dir, 'there'), 'utf8')).toBe('mine');
  });

  test('an object that was replaced is not brought, and its error arrives as it was thrown', async () => {
    const before = await put(randomBytes(1000));
    await put(randomBytes(1000));
    await expect(
      work.bring({ from: before, part: whole(before), to: join(dir, 'f') }, control()),
    ).rejects.toMatchObject({
      name: 'BootreadyError',
      code: 'object-changed',
      retryable: false,
      remedy: expect.any(String),
    });
  });

  test('is ended by its signal, with its reason', async () => {
    const from = await put(randomBytes(20 * MiB));
    const stop = new AbortController();
    const { progress } = control();
    const bringing = work.bring(
      { from, part: whole(from), to: join(dir, 'f') },
      {
        signal: stop.signal,
        progress: (percent) => {
          progress(percent);
          stop.abort(new Error('no longer wanted'));
        },
      },
    );
    await expect(bringing).rejects.toThrow('no longer wanted');
    await expect(work.hash({ path: '/none', size: 1 }, control(stop.signal))).rejects.toThrow('no longer wanted');
  });

  test('hashes a file of the size that was said, and no other', async () => {
    const bytes = randomBytes(5 * MiB + 3);
    const path = join(dir, 'f');
    await writeFile(path, bytes);
    expect(await work.hash({ path, size: bytes.length }, control())).toEqual({ sha256: sha256(bytes) });
    for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
      const hex = createHash(algorithm).update(bytes).digest('hex');
      expect(await work.digest({ path, size: bytes.length, algorithm }, control())).toEqual({ hex });
    }
    await expect(work.hash({ path, size: bytes.length - 1 }, control())).rejects.toMatchObject({ code: 'tool-failed' });
    await expect(work.hash({ path, size: bytes.length + 1 }, control())).rejects.toMatchObject({ code: 'tool-failed' });
  });

  test.each([true, false])(
    'sends a file in parts, which make the object when they are completed (copies: %s)',
    async (copiesParts) => {
      const { path, bytes } = await sparse();
      const to = { bucket, key };
      const sent = await work.send({ path, size: bytes.length, to, copiesParts }, control());
      expect(sent).toMatchObject({ sha256: sha256(bytes), md5: md5(bytes), parts: { length: 5 } });
      expect(await store.head(bucket, key)).toBeUndefined();
      await store.completeMultipart({ ...to, uploadId: sent.uploadId }, sent.parts);
      const object = (await store.head(bucket, key)) as ObjectInfo;
      expect(object).toMatchObject({ size: bytes.length, etag: sent.etag });
      expect(await work.readBack(object, control())).toEqual({ size: bytes.length, sha256: sha256(bytes) });
    },
  );

  test('sending clears away what was left at its key, and one that fails leaves nothing', async () => {
    const { path, bytes } = await sparse();
    await store.createMultipart(bucket, key);
    const to = { bucket, key };
    const sent = await work.send({ path, size: bytes.length, to, copiesParts: true }, control());
    expect(await openUploads()).toEqual([key]);
    await store.abortMultipart({ ...to, uploadId: sent.uploadId });
    await expect(work.send({ path, size: bytes.length + 1, to, copiesParts: false }, control())).rejects.toMatchObject({
      code: 'tool-failed',
    });
    expect(await openUploads()).toEqual([]);
  });
});

describe('sending', () => {
  const counted = () => {
    const counts = { put: 0, copied: 0, bytes: 0 };
    const counting: ObjectStore = {
      ...store,
      putPart: (target, partNumber, body, sum) => {
        counts.put++;
        counts.bytes += body.length;
        return store.putPart(target, partNumber, body, sum);
      },
      copyPart: (...args) => {
        counts.copied++;
        return store.copyPart(...args);
      },
    };
    return { counts, counting };
  };

  test('moves no zeros where the store copies', async () => {
    const { path, bytes } = await sparse();
    const order = { path, size: bytes.length, to: { bucket, key }, copiesParts: true };
    const zeros = counted();
    await send(zeros.counting, order, control());
    // Data in the first part and the fourth; the fifth is a short one of zeros.
    expect(zeros.counts).toEqual({ put: 3, copied: 2, bytes: 2 * part + 12_345 });
    const none = counted();
    await send(none.counting, { ...order, copiesParts: false }, control());
    expect(none.counts).toEqual({ put: 5, copied: 0, bytes: bytes.length });
  });

  test('holds a few parts at once', async () => {
    const { path, bytes } = await sparse();
    let under = 0;
    let most = 0;
    const slow: ObjectStore = {
      ...store,
      putPart: async (...args): Promise<UploadedPart> => {
        most = Math.max(most, ++under);
        return store.putPart(...args).finally(() => under--);
      },
    };
    await send(slow, { path, size: bytes.length, to: { bucket, key }, copiesParts: false }, control());
    expect(most).toBeLessThanOrEqual(3);
  });

  test('another writer who ends the upload is told as what may be tried again', async () => {
    const { path, bytes } = await sparse();
    const taken: ObjectStore = {
      ...store,
      putPart: async (...args) => {
        for await (const upload of store.listMultiparts(bucket, key)) await store.abortMultipart(upload);
        return store.putPart(...args);
      },
    };
    const order = { path, size: bytes.length, to: { bucket, key }, copiesParts: false };
    await expect(send(taken, order, control())).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    expect(await openUploads()).toEqual([]);
  });
});
