import { createCipheriv } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bufferSource } from '../../../test/support/buffer-source.ts';
import { findRefusals } from './check-before.ts';

const MiB = 1024 ** 2;
const limits = { allowIso: false, maxUploadBytes: 100 * MiB, maxVirtualBytes: 100 * MiB };
async function refusals(bytes: Buffer, more = {}) {
  return findRefusals(bufferSource(bytes), { ...limits, ...more }, undefined, 'en');
}

function noise(size: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** A raw disk with an MBR and one partition. */
function disk(): Buffer {
  const bytes = noise(MiB);
  bytes.fill(0, 440, 512);
  Buffer.from([0x80, 0, 0, 0, 0x83, 0, 0, 0]).copy(bytes, 446);
  bytes.writeUInt32LE(64, 454);
  bytes.writeUInt32LE(1024, 458);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}
/** A qcow2 header with a backing file. QEMU, docs/interop/qcow2.rst. */
function overlay(): Buffer {
  const bytes = noise(MiB);
  bytes.fill(0, 0, 512);
  bytes.write('QFI\u00fb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeBigUInt64BE(256n, 8);
  bytes.writeUInt32BE(11, 16);
  bytes.writeUInt32BE(16, 20);
  bytes.writeBigUInt64BE(BigInt(8 * MiB), 24);
  bytes.writeUInt32BE(4, 96);
  bytes.writeUInt32BE(104, 100);
  bytes.write('/etc/passwd', 256, 'latin1');
  return bytes;
}

test('a sound disk passes, plain and compressed', async () => {
  expect(await refusals(disk())).toEqual([]);
  expect(await refusals(gzipSync(disk()))).toEqual([]);
  expect(await refusals(zstdCompressSync(disk()))).toEqual([]);
});

test('what the installation refuses is refused with its words', async () => {
  expect(await refusals(Buffer.from('hello '.repeat(1000)))).toMatchObject([
    {
      code: 'unrecognised',
      severity: 'safety',
      problem: expect.stringContaining('Unrecognised disk image'),
      remedy: expect.stringContaining('raw or qcow2'),
    },
  ]);
  expect(await refusals(disk(), { maxVirtualBytes: 1000 })).toMatchObject([{ code: 'virtual-size-limit' }]);
  expect(await refusals(disk(), { maxUploadBytes: 1000 })).toMatchObject([{ code: 'upload-size-limit' }]);
});

test.each([
  ['plain', (bytes: Buffer) => bytes],
  ['gzip', (bytes: Buffer) => gzipSync(bytes)],
  ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
])('the header is seen in %s', async (_what, packed) => {
  expect(await refusals(packed(overlay()))).toMatchObject([{ code: 'qcow2-backing-file' }]);
});

test.each([
  ['xz', Buffer.concat([Buffer.from('\u00fd7zXZ\0', 'latin1'), noise(1000)])],
  ['bzip2', Buffer.concat([Buffer.from('BZh91AY&SY'), noise(1000)])],
  ['a zstd that Node cannot read', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), noise(1000)])],
])('what cannot be seen here is left to the installation: %s', async (_what, bytes) => {
  expect(await refusals(bytes)).toEqual([]);
});

test('an image with only its beginning packed soundly is left to the installation too', async () => {
  const packed = gzipSync(disk());
  expect(await refusals(packed.subarray(0, packed.length / 2))).toEqual([]);
});

test('a file over the quota of the project is refused, unless its room is already reserved', async () => {
  const used = { bytes: 900, images: 1, uploads: 0, stagedBytes: 0 };
  const quota = { limits: { bytes: 1000, images: 2, uploads: null }, used };
  const refused = async (more: Parameters<typeof findRefusals>[2]) =>
    findRefusals(bufferSource(disk()), limits, more, 'en');
  expect(await refused(quota)).toMatchObject([
    { code: 'quota-bytes', problem: expect.stringContaining('may use 1000 bytes and uses 900') },
  ]);
  expect(await refused({ ...quota, used: { ...used, images: 2 } })).toMatchObject([{ code: 'quota-images' }]);
  expect(await refused({ ...quota, limits: { ...quota.limits, bytes: null } })).toEqual([]);
  expect(await refused(undefined)).toEqual([]);
});
