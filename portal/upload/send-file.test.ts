import { expect, test } from 'vitest';
import type { UploadedPartView } from '../../shared/contracts/api.ts';
import { choosePartSize, countParts } from '../../shared/store/upload-parts.ts';
import { PartRefused } from './put-part.ts';
import { sendFile, type Transfer } from './send-file.ts';

const MiB = 1024 ** 2;
const file = new Blob([new Uint8Array(20 * MiB)]);

type Took = (url: string, body: Blob, signal: AbortSignal) => Promise<string | undefined>;
function numberIn(url: string): number {
  return Number(/store\/(\d+)/.exec(url)?.[1]);
}

/** A store that already has some parts and accepts others. Afterwards it lists them with the ETags that `kept` makes from those that it returned. */
function world(
  stored: UploadedPartView[],
  put: Took,
  taken = new Map<number, string>(),
  kept = (etag?: string) => etag ?? 'whatever',
) {
  const signed: number[][] = [];
  const heard: number[] = [];
  const session = {
    imageId: 'i',
    size: file.size,
    partSize: choosePartSize(file.size),
    partCount: countParts(file.size),
  };
  const parts = new Map(stored.map((part) => [part.partNumber, part]));
  const transfer: Transfer = {
    api: {
      openUpload: () => Promise.resolve({ ...session, parts: [...parts.values()] }),
      signParts: (_id, partNumbers) => {
        signed.push(partNumbers);
        return Promise.resolve({
          parts: partNumbers.map((partNumber) => ({ partNumber, url: `http://store/${partNumber}?${signed.length}` })),
          expiresAt: '2026-01-01T00:00:00Z',
        });
      },
      completeUpload: () => Promise.resolve(),
      image: () => Promise.reject(new Error('not asked for')),
    },
    put: async (url, body, { signal }) => {
      const etag = await put(url, body, signal);
      const partNumber = numberIn(url);
      parts.set(partNumber, { partNumber, size: body.size, etag: kept(etag) });
      return etag;
    },
    passes: () => false,
  };
  const told: string[] = [];
  const send = (signal = new AbortController().signal) =>
    sendFile(transfer, {
      imageId: 'i',
      file,
      signal,
      hurry: new EventTarget(),
      taken,
      onProgress: (bytes: number) => heard.push(bytes),
      onTaken: (partNumber, etag) => told.push(`${partNumber} ${etag}`),
      onWaiting: () => undefined,
      onCompleting: () => heard.push(-1),
    });
  return { signed, heard, parts, told, send };
}

test('only what the store has not taken yet is sent, and progress begins with what it has', async () => {
  const put: string[] = [];
  const { heard, told, send } = world(
    [{ partNumber: 2, etag: 'abcdefgh-and-more', size: 8 * MiB }],
    async (url, body) => {
      put.push(`${url} ${body.size / MiB}`);
      return '"0123456789"';
    },
    new Map([[2, 'abcdefgh']]),
  );
  await send();
  expect(put.sort()).toEqual(['http://store/1?1 8', 'http://store/3?1 4']);
  expect(told.sort()).toEqual(['1 01234567', '3 01234567']);
  expect([heard[0], heard.at(-2), heard.at(-1)]).toEqual([8 * MiB, 20 * MiB, -1]);
});

test('a part that the store has, and never said so, is sent again: its sender may have gone away in the middle', async () => {
  const put: number[] = [];
  const whole = [1, 2, 3].map((partNumber) => ({
    partNumber,
    etag: 'zeros',
    size: partNumber === 3 ? 4 * MiB : 8 * MiB,
  }));
  const { heard, send } = world(
    whole,
    async (url) => {
      put.push(numberIn(url));
      return undefined;
    },
    new Map([
      [1, ''],
      [2, 'another'],
    ]),
  );
  await send();
  expect(put.sort()).toEqual([2, 3]);
  expect(heard[0]).toBe(8 * MiB);
});

test('a part that became another one after it was taken is sent again; a store that keeps none is given up', async () => {
  let overwrites = 1;
  const put: number[] = [];
  const take: Took = async (url) => {
    put.push(numberIn(url));
    if (numberIn(url) === 3 && overwrites-- > 0) {
      setTimeout(() => once.parts.set(1, { partNumber: 1, etag: 'late', size: 8 * MiB }));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return 'good';
  };
  const once = world([], take);
  await once.send();
  expect(put.toSorted()).toEqual([1, 1, 2, 3]);
  const never = world(
    [],
    async () => 'good',
    new Map(),
    () => 'other',
  );
  await expect(never.send()).rejects.toMatchObject({ status: 400, message: 'BadDigest' });
});

test('an expired link is replaced; links that are refused again and again end the upload', async () => {
  const fresh = world([], (url) =>
    url.endsWith('?1') ? Promise.reject(new PartRefused(403, 'AccessDenied')) : Promise.resolve('e'),
  );
  await fresh.send();
  expect(fresh.signed.length).toBeGreaterThan(1);
  const never = world([], () => Promise.reject(new PartRefused(403, 'AccessDenied')));
  await expect(never.send()).rejects.toMatchObject({ status: 403 });
});

test('an upload that the store does not know any more is not tried again, and stops every lane', async () => {
  let calls = 0;
  const { send } = world([], () => {
    calls++;
    return Promise.reject(new PartRefused(404, 'NoSuchUpload'));
  });
  await expect(send()).rejects.toMatchObject({ status: 404 });
  expect(calls).toBe(3);
});

test('a stop ends the upload', async () => {
  const stop = new AbortController();
  const { send } = world([], (_url, _body, signal) => {
    stop.abort(new Error('stopped'));
    return Promise.reject(signal.reason);
  });
  await expect(send(stop.signal)).rejects.toThrow('stopped');
});
