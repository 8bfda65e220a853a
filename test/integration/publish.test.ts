import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { ConvertedDisk } from '../../shared/contracts/run.ts';
import { createSlots } from '../../shared/limits/fair-slots.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';
import type { MultipartTarget, ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import type { Publication, RunContext } from '../../shared/ports/runs.ts';
import { compositeEtag, probeStore } from '../../shared/store/store-traits.ts';
import { type ActivityDeps, createScratchActivities } from '../../workers/activities/index.ts';
import { namePublished, type PublishInput, publishImage } from '../../workers/activities/publish.ts';
import { discardSent, sendDisk } from '../../workers/activities/send-ahead.ts';
import { readBack } from '../../workers/bytes/hash.ts';
import { send } from '../../workers/bytes/send.ts';
import { md5Twins } from '../support/md5-twins.ts';

/** What is published is what was converted, whatever the store does: a real one, and ones that lie. */

const bucket = 'publish';
const MiB = 1024 ** 2;
let real: ObjectStore;
let scratchDir: string;
let number = 0;
let context: RunContext;
let converted: ConvertedDisk;
let published: Publication[];
let bytes: Buffer;

beforeAll(async () => {
  const { endpoint, region, accessKey, secretKey } = inject('stack').s3;
  real = createObjectStore({ endpoint, region, accessKey, secretKey, pathStyle: true });
  await real.ensureBucket(bucket);
});
beforeEach(async () => {
  scratchDir = await mkdtemp(join(tmpdir(), 'publish-'));
  bytes = Buffer.concat([randomBytes(MiB), Buffer.alloc(40 * MiB), randomBytes(512)]);
  await writeFile(join(scratchDir, 'disk.raw'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const size = bytes.length;
  converted = { format: 'raw', size, virtualSize: size, allocatedSize: size, sha256 };
  await real.put(bucket, `uploads/${++number}`, Buffer.from('as it came'), 'text/plain');
  const upload = (await real.head(bucket, `uploads/${number}`)) as ObjectInfo;
  context = {
    projectId: 'demo',
    imageId: `image-${number}`,
    runId: `run-${number}`,
    upload,
  } as Partial<RunContext> as RunContext;
  published = [];
});
afterEach(() => rm(scratchDir, { recursive: true }));

const runs = {
  publish: async (_attempt: unknown, publication: Publication) => {
    published.push(publication);
  },
  approve: async () => undefined,
  isPublished: async () => published.length > 0,
};
function workOn(store: ObjectStore) {
  const counts = { sent: 0, readBack: 0 };
  const work: Pick<ByteWork, 'send' | 'readBack'> = {
    send: (order, control) => {
      counts.sent++;
      return send(store, order, control);
    },
    readBack: (pin, control) => {
      counts.readBack++;
      return readBack(store, pin, control);
    },
  };
  return { work, counts };
}
const control = { signal: new AbortController().signal, progress: () => undefined };
function to() {
  return { bucket, key: namePublished(context, converted) };
}
async function open(): Promise<MultipartTarget[]> {
  const found: MultipartTarget[] = [];
  for await (const upload of real.listMultiparts(bucket, to().key)) found.push(upload);
  return found;
}

async function publish(store: ObjectStore, verify: 'auto' | 'checksum' | 'readback' = 'auto') {
  const { work, counts } = workOn(store);
  const traits = () => probeStore(store, bucket);
  const input: PublishInput = {
    context,
    fence: 1,
    scratchDir,
    converted,
    guest: {},
    targets: [],
    attest: async () => undefined,
  };
  await publishImage(
    { store, runs, bytes: work, traits, imagesBucket: bucket, afterPublish: 'keep', verify },
    input,
    control,
  );
  return counts;
}
function sendNow(store = real) {
  return sendDisk(
    { bytes: workOn(store).work, traits: () => probeStore(store, bucket) },
    { scratchDir, converted, to: to() },
    control,
  );
}
async function storedSha256(): Promise<string> {
  const object = (await real.head(bucket, to().key)) as ObjectInfo;
  return (await readBack(real, object, control)).sha256;
}

/** Keeps something else than it was given, and says that all is well: to whoever asks for checksums, and to whoever puts parts. */
function lying(change: (body: Buffer) => Buffer): ObjectStore {
  const claimed = new Map<string, Buffer[]>();
  const stored = new Map<string, string[]>();
  const sum = (body: Buffer): Buffer => createHash('md5').update(body).digest();
  return {
    ...real,
    putPart: async (target, partNumber, body, md5) => {
      if (md5 && !md5.equals(sum(body))) return real.putPart(target, partNumber, body, md5);
      const part = await real.putPart(target, partNumber, change(body));
      claimed.set(target.key, Object.assign(claimed.get(target.key) ?? [], { [partNumber]: sum(body) }));
      stored.set(target.key, Object.assign(stored.get(target.key) ?? [], { [partNumber]: part.etag }));
      return { ...part, etag: sum(body).toString('hex') };
    },
    copyPart: () => Promise.reject(new Error('it cannot')),
    completeMultipart: (target, parts) =>
      real.completeMultipart(
        target,
        parts.map((part) => ({ ...part, etag: stored.get(target.key)?.[part.partNumber] ?? part.etag })),
      ),
    head: async (name, key) => {
      const object = await real.head(name, key);
      const sums = claimed.get(key)?.slice(1);
      return object && sums ? { ...object, etag: compositeEtag(sums) } : object;
    },
    read: async (pin, ...rest) => real.read((await real.head(pin.bucket, pin.key)) as ObjectInfo, ...rest),
    stream: async (pin, ...rest) => real.stream((await real.head(pin.bucket, pin.key)) as ObjectInfo, ...rest),
  };
}
function cut(body: Buffer): Buffer {
  const kept = Buffer.alloc(body.length);
  body.copy(kept, 0, 0, Math.floor(body.length / 2));
  return kept;
}

/** As with SSE-KMS on AWS: an ETag names the object, and tells nothing of its bytes. */
function withEtagsOfItsOwn(): ObjectStore {
  return {
    ...real,
    head: async (...args) => {
      const object = await real.head(...args);
      return object && { ...object, etag: 'f'.repeat(32) };
    },
    read: async (pin, ...rest) => real.read((await real.head(pin.bucket, pin.key)) as ObjectInfo, ...rest),
  };
}

describe('what the store does is found out', () => {
  test('of the real one: it keeps checksums, and copies parts', async () => {
    expect(await probeStore(real, bucket)).toEqual({ keepsChecksums: true, copiesParts: true });
    const left: string[] = [];
    for await (const { key } of real.list(bucket, '.bootready-doctor/')) left.push(key);
    for await (const { key } of real.listMultiparts(bucket, '.bootready-doctor/')) left.push(key);
    expect(left).toEqual([]);
  });

  test('of one that keeps cut parts, filled up with zeros, and of one that takes any checksum', async () => {
    expect(await probeStore(lying(cut), bucket)).toEqual({ keepsChecksums: false, copiesParts: false });
    const credulous: ObjectStore = {
      ...real,
      putPart: (target, partNumber, body) => real.putPart(target, partNumber, body),
    };
    expect(await probeStore(credulous, bucket)).toEqual({ keepsChecksums: false, copiesParts: false });
  });

  test('of one whose ETags are its own', async () => {
    expect(await probeStore(withEtagsOfItsOwn(), bucket)).toEqual({ keepsChecksums: false, copiesParts: false });
  });
});

test('where the store keeps checksums, nothing is read back', async () => {
  expect(await publish(real)).toEqual({ sent: 1, readBack: 0 });
  expect(published).toMatchObject([
    { ...to(), converted, digests: { md5: createHash('md5').update(bytes).digest('hex') } },
  ]);
  expect(await storedSha256()).toBe(converted.sha256);
  expect(await open()).toEqual([]);
});

test('who wants everything read back gets it', async () => {
  expect(await publish(real, 'readback')).toEqual({ sent: 1, readBack: 1 });
  expect(published).toHaveLength(1);
});

test('what was sent ahead is only completed', async () => {
  await sendNow();
  expect(await real.head(bucket, to().key)).toBeUndefined();
  expect(await publish(real)).toEqual({ sent: 0, readBack: 0 });
  expect(await storedSha256()).toBe(converted.sha256);
});

test('a store that lies is found out, and nothing of it is published', async () => {
  await expect(publish(lying(cut))).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(published).toEqual([]);
  expect(await real.head(bucket, to().key)).toBeUndefined();
  // The next try sends again.
  await publish(real);
  expect(await storedSha256()).toBe(converted.sha256);
});

test('under VERIFY=checksum an object with another ETag is none', async () => {
  await expect(publish(withEtagsOfItsOwn(), 'checksum')).rejects.toMatchObject({
    remedy: expect.stringContaining('VERIFY=auto'),
  });
  expect(published).toEqual([]);
});

test('a try that died after the object was there publishes it without sending again', async () => {
  const dying: ObjectStore = {
    ...real,
    completeMultipart: async (target, parts) => {
      await real.completeMultipart(target, parts);
      if (target.key === to().key) throw new Error('the connection was lost');
    },
  };
  await expect(publish(dying)).rejects.toThrow('the connection was lost');
  expect(await publish(real)).toEqual({ sent: 0, readBack: 0 });
  expect(published).toHaveLength(1);
});

test('parts that somebody has cleared away are sent again', async () => {
  await sendNow();
  for (const upload of await open()) await real.abortMultipart(upload);
  await expect(publish(real)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(await publish(real)).toEqual({ sent: 1, readBack: 0 });
});

test('a disk that changed after its conversion is not sent', async () => {
  await writeFile(join(scratchDir, 'disk.raw'), Buffer.alloc(bytes.length, 1));
  await expect(publish(real)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('changed'),
  });
  expect(published).toEqual([]);
});

test('an upload that was replaced meanwhile is not published', async () => {
  await real.put(bucket, context.upload.key, Buffer.from('another'), 'text/plain');
  await expect(publish(real)).rejects.toMatchObject({ code: 'object-changed' });
  expect(published).toEqual([]);
});

test('what was sent ahead of a verdict that rejects is taken away', async () => {
  await sendNow();
  expect(await open()).toHaveLength(1);
  await discardSent(real, scratchDir);
  expect(await open()).toEqual([]);
  expect(await real.head(bucket, to().key)).toBeUndefined();
});

test('what is published already is left alone when its scratch folder goes', async () => {
  await publish(real);
  const later = await real.createMultipart(bucket, to().key);
  await discardSent(real, scratchDir);
  expect(await open()).toHaveLength(1);
  await real.abortMultipart({ ...to(), uploadId: later });
  expect(await readdir(scratchDir)).toContain('sent.json');
});

test('what is published is what was converted, though an upload with the same ETag took its place', async () => {
  const [shown, other] = md5Twins().map((twin) => Buffer.concat([twin, bytes])) as [Buffer, Buffer];
  await writeFile(join(scratchDir, 'disk.raw'), shown);
  await real.put(bucket, context.upload.key, shown, 'application/octet-stream');
  context = { ...context, upload: (await real.head(bucket, context.upload.key)) as ObjectInfo };
  await real.put(bucket, context.upload.key, other, 'application/octet-stream');
  expect((await real.head(bucket, context.upload.key))?.etag).toBe(context.upload.etag);

  const sha256 = createHash('sha256').update(shown).digest('hex');
  converted = { ...converted, size: shown.length, virtualSize: shown.length, sha256 };
  const deps = {
    config: { IMAGES_BUCKET: bucket },
    store: real,
    bytes: workOn(real).work,
    runs: { context: async () => context },
    scratch: { open: async () => scratchDir },
    slots: { send: createSlots(1) },
    traits: () => probeStore(real, bucket),
  } as unknown as ActivityDeps;
  const activities = createScratchActivities(deps);
  const run = { imageId: context.imageId, runId: context.runId, fence: 1, taskQueue: 'q' };
  // What a worker of an earlier version was told besides: the upload's own hash.
  const inputs = [run, converted, sha256] as unknown as Parameters<typeof activities.sendAhead>;
  await new MockActivityEnvironment().run(activities.sendAhead, ...inputs);
  expect(await publish(real)).toEqual({ sent: 0, readBack: 0 });
  expect(await storedSha256()).toBe(sha256);
});
