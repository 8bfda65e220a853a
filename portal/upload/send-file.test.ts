import { expect, test } from 'vitest';
import type { UploadedPartView } from '../../shared/contracts/api.ts';
import { partCountOf, partSizeOf } from '../../shared/upload-parts.ts';
import { PartRefused } from './put-part.ts';
import { sendFile, type Transfer } from './send-file.ts';

const MiB = 1024 ** 2;
const file = new Blob([new Uint8Array(20 * MiB)]);

/** A store that has some parts, and takes others as it is told. */
const world = (stored: UploadedPartView[], put: Transfer['put']) => {
  const signed: number[][] = [];
  const heard: number[] = [];
  const session = {
    imageId: 'i',
    size: file.size,
    partSize: partSizeOf(file.size),
    partCount: partCountOf(file.size),
    parts: stored,
  };
  const transfer: Transfer = {
    api: {
      openUpload: () => Promise.resolve(session),
      signParts: (_id, partNumbers) => {
        signed.push(partNumbers);
        return Promise.resolve({
          parts: partNumbers.map((partNumber) => ({ partNumber, url: `http://store/${partNumber}?${signed.length}` })),
          expiresAt: '2026-01-01T00:00:00Z',
        });
      },
      completeUpload: () => Promise.resolve(),
    },
    put,
    passes: () => false,
  };
  const send = (signal = new AbortController().signal) =>
    sendFile(transfer, {
      ...{ imageId: 'i', file, signal, onProgress: (bytes: number) => heard.push(bytes) },
      ...{ onWaiting: () => undefined, onCompleting: () => heard.push(-1) },
    });
  return { signed, heard, send };
};

test('only what the store has not is sent, and progress begins with what it has', async () => {
  const put: string[] = [];
  const { heard, send } = world([{ partNumber: 2, etag: 'e', size: 8 * MiB }], (url, body) => {
    put.push(`${url} ${body.size / MiB}`);
    return Promise.resolve();
  });
  await send();
  expect(put.sort()).toEqual(['http://store/1?1 8', 'http://store/3?1 4']);
  expect([heard[0], heard.at(-2), heard.at(-1)]).toEqual([8 * MiB, 20 * MiB, -1]);
});

test('an expired link is asked for anew; links that are refused again and again end it', async () => {
  const fresh = world([], (url) =>
    url.endsWith('?1') ? Promise.reject(new PartRefused(403, 'AccessDenied')) : Promise.resolve(),
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

test('a stop is heard', async () => {
  const stop = new AbortController();
  const { send } = world([], (_url, _body, { signal }) => {
    stop.abort(new Error('stopped'));
    return Promise.reject(signal.reason);
  });
  await expect(send(stop.signal)).rejects.toThrow('stopped');
});
