import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSources } from './windows-cloudbase-init.ts';
import { dirtyFlag } from './windows-volume.ts';

/** Sectors of 512 bytes, clusters of 8 of them, records of 1 KiB, and the table of files in the fourth cluster. */
function volume(flags: number): Buffer {
  const bytes = Buffer.alloc(32 * 1024);
  bytes.write('NTFS    ', 3, 'latin1');
  bytes.writeUInt16LE(512, 11);
  bytes.writeUInt8(8, 13);
  bytes.writeBigUInt64LE(4n, 48);
  bytes.writeInt8(-10, 64);
  const record = bytes.subarray(4 * 4096 + 3 * 1024);
  record.write('FILE', 0, 'latin1');
  record.writeUInt16LE(56, 20);
  // $STANDARD_INFORMATION before it.
  record.writeUInt32LE(0x10, 56);
  record.writeUInt32LE(72, 60);
  record.writeUInt32LE(0x70, 128);
  record.writeUInt32LE(40, 132);
  record.writeUInt16LE(24, 148);
  record.writeUInt16LE(flags, 128 + 24 + 10);
  return bytes;
}

function of(bytes: Buffer) {
  return dirtyFlag(async (offset, length) => bytes.subarray(offset, offset + length));
}

test('the mark of a volume that Windows wants to check', async () => {
  expect(await of(volume(0))).toBe(false);
  expect(await of(volume(1))).toBe(true);
  expect(await of(volume(0x8000))).toBe(false);
  expect(await of(Buffer.alloc(4096))).toBeUndefined();
});

test('whatever a volume holds, looking for the mark comes to an end without an error', async () => {
  const bent = (from: number, length: number) =>
    fc.array(fc.tuple(fc.integer({ min: from, max: from + length - 1 }), fc.nat(255)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(bent(11, 54), bent(4 * 4096 + 3 * 1024 + 16, 200), async (header, record) => {
      const bytes = volume(1);
      for (const [at, byte] of [...header, ...record]) bytes.writeUInt8(byte, at);
      expect([true, false, undefined]).toContain(await of(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('the services that Cloudbase-Init asks, over several lines', () => {
  expect(readSources(['[DEFAULT]', 'metadata_services=a.b.ConfigDriveService,', '  c.HttpService', 'other=x'])).toEqual(
    ['ConfigDriveService', 'HttpService'],
  );
  expect(readSources(['#metadata_services=a.b.C'])).toBeUndefined();
});
