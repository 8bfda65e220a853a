import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ObjectStore, UploadedPart } from '../ports/object-store.ts';
import { growPartSize } from '../store/upload-parts.ts';
import { createPartSizes, readMemory, receive } from './receive-object.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Keeps what was sent, and tells whether the upload was given up. */
function memoryStore() {
  const parts: Buffer[] = [];
  let aborted = false;
  const store = {
    createMultipart: async () => 'upload',
    putPart: async (_target, partNumber, body) => {
      // The buffer is used again for a later part: what is kept must be a copy.
      parts[partNumber - 1] = Buffer.from(body);
      return { partNumber, etag: 'e', size: body.length } satisfies UploadedPart;
    },
    abortMultipart: async () => {
      aborted = true;
    },
  } as Partial<ObjectStore> as ObjectStore;
  return { store, parts, isAborted: () => aborted };
}

function makeBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 7 + (at >> 13)) & 0xff;
  return bytes;
}

function chunked(bytes: Buffer, length: number): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
    })(),
  );
}

const options = {
  limit: 100 * MiB,
  room: { held: Number.POSITIVE_INFINITY, extend: async (bytes: number) => bytes },
  isWanted: async () => true,
  mayHold: () => true,
};

describe('a body becomes parts', () => {
  test.each([
    ['nothing', 0, 1000, undefined],
    ['one byte', 1, 1000, 1],
    ['exactly one part', 5 * MiB, 65_536, 5 * MiB],
    ['exactly one part, of unknown length', 5 * MiB, 65_536, undefined],
    ['two parts in odd chunks', 10 * MiB, 99_991, 10 * MiB],
    ['a chunk that is larger than a part', 12 * MiB + 3, 12 * MiB + 3, 12 * MiB + 3],
    ['a part and a byte', 5 * MiB + 1, 65_536, 5 * MiB + 1],
    ['unknown length', 17 * MiB + 5, 65_537, undefined],
  ])('%s', async (_what, length, chunk, size) => {
    const bytes = makeBytes(length);
    const { store, parts } = memoryStore();
    const received = await receive(store, { bucket: 'b', key: 'k' }, chunked(bytes, chunk), { ...options, size });
    expect(received.size).toBe(length);
    expect(received.parts).toHaveLength(parts.length);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    for (const part of parts.slice(0, -1)) expect(part.length).toBeGreaterThanOrEqual(5 * MiB);
  });

  test('parts grow so that ten thousand of them hold more than any upload', () => {
    let sum = 0;
    for (let part = 1; part <= 10_000; part++) sum += growPartSize(part);
    expect(growPartSize(1)).toBe(5 * MiB);
    expect(growPartSize(10_000)).toBeLessThanOrEqual(5 * 1024 ** 3);
    expect(sum).toBeGreaterThan(4.8 * 1024 ** 4);
  });

  test('a small body takes little memory, a long one what its parts take', () => {
    expect(readMemory(1000)).toBe(1000);
    expect(readMemory(undefined)).toBe(10 * MiB);
    expect(readMemory(40 * GiB)).toBe(10 * MiB);
    expect(readMemory(512 * GiB)).toBe(2 * Math.ceil((512 * GiB) / 9000));
  });

  test('parts of a body of unknown length grow where there is memory, and stay as they are where there is none', () => {
    const asked: number[] = [];
    let mayHold = false;
    const partSize = createPartSizes(undefined, (bytes) => {
      asked.push(bytes);
      return mayHold;
    });
    expect([partSize(1), partSize(1000)]).toEqual([5 * MiB, 5 * MiB]);
    expect(asked).toEqual([]);
    expect(partSize(1001)).toBe(5 * MiB);
    mayHold = true;
    expect([partSize(1002), partSize(1003)]).toEqual([10 * MiB, 10 * MiB]);
    expect(asked).toEqual([20 * MiB, 20 * MiB]);
    expect(createPartSizes(512 * GiB, () => false)(1)).toBe(Math.ceil((512 * GiB) / 9000));
  });
});

test('a sender that falls silent is given up, and nothing of it is left', async () => {
  const { store, isAborted } = memoryStore();
  const body = new Readable({ read: () => undefined });
  body.push(makeBytes(1000));
  const receiving = receive(store, { bucket: 'b', key: 'k' }, body, { ...options, size: 2000, silentMs: 50 });
  await expect(receiving).rejects.toMatchObject({ code: 'too-slow', message: expect.stringContaining('60 seconds') });
  expect(isAborted()).toBe(true);
});

test('a body that ends early, or goes on too long, is refused', async () => {
  const { store, isAborted } = memoryStore();
  const sending = (size: number) =>
    receive(store, { bucket: 'b', key: 'k' }, chunked(makeBytes(1000), 100), { ...options, size });
  await expect(sending(1001)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(sending(999)).rejects.toMatchObject({ code: 'invalid-input' });
  expect(isAborted()).toBe(true);
});
