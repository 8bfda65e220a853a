import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Conversion } from '../../workflows/activities.ts';
import { withUploadHash } from './upload-hash.ts';

const pin = { bucket: 'uploads', key: 'x', size: 6, etag: 'e' };
const converted = { format: 'raw' as const, size: 1, virtualSize: 1, allocatedSize: 1, sha256: '0'.repeat(64) };
const conversion: Conversion = { converted, layers: [], findings: [], tools: {} };
const signal = new AbortController().signal;

test('a conversion that has a disk gets the hash of the uploaded bytes', async () => {
  const store = { stream: async () => Readable.from([Buffer.from('boot'), Buffer.from('me')]) };
  const { uploadSha256 } = await withUploadHash(store, pin, signal, async () => conversion);
  expect(uploadSha256).toBe(createHash('sha256').update('bootme').digest('hex'));
});

test('an upload that cannot be read to its end fails the step', async () => {
  const store = { stream: async () => Promise.reject(new Error('object-changed')) };
  await expect(withUploadHash(store, pin, signal, async () => conversion)).rejects.toThrow('object-changed');
});

test('a refused upload, or a conversion that fails, ends the reading', async () => {
  let reading: AbortSignal | undefined;
  const store = {
    stream: async (_pin: unknown, given?: AbortSignal) => {
      reading = given;
      return new Readable({ read: () => undefined, signal: given as AbortSignal });
    },
  };
  const refused: Conversion = { layers: [], findings: [], tools: {} };
  expect(await withUploadHash(store, pin, signal, async () => refused)).toBe(refused);
  expect(reading?.aborted).toBe(true);
  const failing = withUploadHash(store, pin, signal, () => Promise.reject(new Error('no room')));
  await expect(failing).rejects.toThrow('no room');
  expect(reading?.aborted).toBe(true);
});
