import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keptImages, largeSectors } from '../../test/hostile/images.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { crc32 } from './crc32.ts';
import { Truncated } from './format.ts';
import { inspectRaw, readLayout } from './raw.ts';

const KiB = 1024;
const MiB = KiB * KiB;
let dir: string;
let disk: Buffer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'raw-'));
  disk = readFileSync((await keptImages(dir)).disk);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

/** Makes the sum of a GPT header right again after its fields were changed (UEFI 2.10, 5.3.2). */
function summed(bytes: Buffer, change: (header: Buffer) => void): Buffer {
  const now = Buffer.from(bytes);
  const header = now.subarray(512);
  change(header);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, header.readUInt32LE(12))), 16);
  return now;
}

describe('what the beginning of a disk shows of the whole', () => {
  const shown = async (head: Buffer, size = 48 * MiB) =>
    (await readLayout(head, size)).map(({ code, outcome, params }) => ({ code, outcome, params }));
  const beginning = (): Buffer => disk.subarray(0, 128 * KiB);
  const cut = (size: number) => [{ code: 'disk-cut', outcome: 'warn', params: { size } }];

  test('nothing of a sound one, of an unknown one and of a damaged one', async () => {
    expect(await shown(beginning())).toEqual([]);
    expect(await shown(Buffer.alloc(128 * KiB))).toEqual([]);
    const damaged = Buffer.from(beginning());
    damaged[512 + 40] = 9;
    expect(await shown(damaged)).toEqual([]);
  });

  test('that it was cut off', async () => {
    expect(await shown(beginning(), 40 * MiB)).toEqual(cut(40 * MiB));
  });

  test('that it is made for other sectors, if the whole table is there', async () => {
    const head = largeSectors(disk).subarray(0, 128 * KiB);
    const expected = [{ code: 'sector-size', outcome: 'warn', params: { format: 'GPT', bytes: 4096 } }];
    expect(await shown(head)).toEqual(expected);
    const table = 8 * KiB + 16 * KiB;
    expect(await shown(head.subarray(0, table))).toEqual(expected);
    expect(await shown(head.subarray(0, table - 1))).toEqual([]);
  });

  test('nothing where the table or even its header lies behind it', async () => {
    const far = summed(beginning(), (header) => header.writeBigUInt64LE(2048n, 72));
    expect(await shown(far)).toEqual([]);
    expect(await shown(beginning().subarray(0, 520))).toEqual([]);
  });
});

describe('limits of a partition table', () => {
  const inspect = (bytes: Buffer) => inspectRaw(bufferSource(bytes), bytes.subarray(0, 128 * KiB));

  test('a GPT header may fill its sector', async () => {
    const whole = summed(disk, (header) => header.writeUInt32LE(512, 12));
    expect((await inspect(whole))?.disk?.variant).toBe('gpt');
    const more = summed(disk, (header) => header.writeUInt32LE(513, 12));
    expect((await inspect(more))?.findings).toMatchObject([{ params: { format: 'GPT', field: 'header size' } }]);
  });

  test('the entries of a GPT may be 1 MiB', async () => {
    const withEntries = (count: number) =>
      summed(disk, (header) => {
        header.writeUInt32LE(count, 80);
        header.writeUInt32LE(crc32(disk.subarray(1024, 1024 + count * 128)), 88);
      });
    expect((await inspect(withEntries(8192)))?.disk?.variant).toBe('gpt');
    expect((await inspect(withEntries(8193)))?.findings).toMatchObject([
      { params: { format: 'GPT', field: 'partition entries' } },
    ]);
  });

  /** A disk of 100 sectors with these partitions. */
  const mbr = (...partitions: { start: number; sectors: number; type?: number }[]): Buffer => {
    const bytes = Buffer.alloc(100 * 512);
    bytes.writeUInt16LE(0xaa55, 510);
    for (const [index, { start, sectors, type = 0x83 }] of partitions.entries()) {
      const at = 446 + index * 16;
      bytes[at + 4] = type;
      bytes.writeUInt32LE(start, at + 8);
      bytes.writeUInt32LE(sectors, at + 12);
    }
    return bytes;
  };
  test('each partition of an MBR lies within the disk', async () => {
    const inside = { start: 10, sectors: 90 };
    expect((await inspect(mbr(inside, { start: 99, sectors: 0 })))?.disk?.variant).toBe('mbr');
    expect((await inspect(mbr(inside, { start: 1, sectors: 2 ** 32 - 1, type: 0xee })))?.disk?.variant).toBe('mbr');
    for (const outside of [
      { start: 10, sectors: 91 },
      { start: 100, sectors: 0 },
      { start: 100, sectors: 1 },
    ]) {
      await expect(inspect(mbr(inside, outside))).rejects.toThrow(Truncated);
    }
  });

  test('a signature without partitions, half a signature and odd partitions are no disk', async () => {
    expect(await inspect(mbr())).toBeUndefined();
    for (const at of [510, 511, 446]) {
      const bytes = mbr({ start: 10, sectors: 90 });
      bytes[at] = 1;
      expect(await inspect(bytes)).toBeUndefined();
    }
    expect(await inspect(Buffer.alloc(100))).toBeUndefined();
  });
});
