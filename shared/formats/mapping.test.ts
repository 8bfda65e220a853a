import { describe, expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { boundAllocated, boundDeflated, boundWritten } from './expansion.ts';
import { exactly, sample, Truncated } from './format.ts';
import { diskSource } from './layers.ts';
import { makeMapping, readTables } from './mapping.ts';

const MiB = 1024 ** 2;

describe('whether blocks share a place', () => {
  test.each<[string, number[], boolean]>([
    ['none', [], false],
    ['one', [0], false],
    ['side by side', [0, 10, 20], false],
    ['in any order', [20, 0, 10], false],
    ['twice the same', [30, 30], true],
    ['twice the same, far apart', [0, 40, 20, 0], true],
    ['one byte in common', [9, 0], true],
    ['one byte in common, ascending', [0, 9], true],
    ['as many as fit', [0, 10, 20, 30, 40, 50, 60, 70, 80, 90], false],
    ['one more than fit, each elsewhere', [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], true],
  ])('%s', (_name, offsets, shared) => {
    const mapping = makeMapping(10, 100);
    for (const offset of offsets) mapping.add(offset);
    expect(mapping.count).toBe(offsets.length);
    expect(mapping.isShared()).toBe(shared);
  });
});

/** Tables of 16 bytes, each with its own number in it, and what is read of them. */
function makeTables(count: number, length = 16) {
  const bytes = Buffer.alloc(count * length);
  for (let index = 0; index < count; index++) bytes.writeUInt32LE(index, index * length);
  const source = bufferSource(bytes);
  const reads: [number, number][] = [];
  return {
    reads,
    source: {
      ...source,
      read: (offset: number, size: number) => {
        reads.push([offset, size]);
        return source.read(offset, size);
      },
    },
  };
}

async function readSeen(source: Parameters<typeof readTables>[0], offsets: number[], length = 16) {
  const seen: number[] = [];
  const { all } = await readTables(source, offsets, length, (table) => {
    expect(table).toHaveLength(length);
    seen.push(table.readUInt32LE(0));
  });
  return { seen, all };
}

describe('reading tables', () => {
  test('in the order of the file, neighbours by one read', async () => {
    const { source, reads } = makeTables(8);
    expect(await readSeen(source, [64, 0, 16, 96])).toEqual({ seen: [0, 1, 4, 6], all: true });
    expect(reads).toEqual([
      [0, 32],
      [64, 16],
      [96, 16],
    ]);
  });

  test('a read is a MiB at most', async () => {
    const length = 512 * 1024;
    const { source, reads } = makeTables(5, length);
    const offsets = Array.from({ length: 5 }, (_, index) => index * length);
    expect(await readSeen(source, offsets, length)).toEqual({ seen: [0, 1, 2, 3, 4], all: true });
    expect(reads).toEqual([
      [0, MiB],
      [MiB, MiB],
      [2 * MiB, length],
    ]);
  });

  test('512 places are read whole, of one more only a sample', async () => {
    const apart = (count: number) => Array.from({ length: count }, (_, index) => index * 32);
    const whole = makeTables(1030);
    expect(await readSeen(whole.source, apart(512))).toMatchObject({
      all: true,
      seen: apart(512).map((at) => at / 16),
    });
    const part = makeTables(1030);
    const { seen, all } = await readSeen(part.source, apart(513));
    expect(all).toBe(false);
    expect(seen).toHaveLength(32);
    expect([seen[0], seen.at(-1)]).toEqual([0, 1024]);
  });

  test('16 MiB are read whole, of more only a sample', async () => {
    const length = 64 * 1024;
    const { source } = makeTables(257, length);
    const offsets = Array.from({ length: 257 }, (_, index) => index * length);
    expect((await readSeen(source, offsets.slice(0, 256), length)).all).toBe(true);
    expect((await readSeen(source, offsets, length)).all).toBe(false);
  });

  test('one that lies beyond the end is missing', async () => {
    const { source } = makeTables(2);
    await expect(readSeen(source, [0, 32])).rejects.toThrow(Truncated);
  });
});

test('a sample is even, with the first and the last', () => {
  expect(sample(0, 4)).toEqual([]);
  expect(sample(3, 4)).toEqual([0, 1, 2]);
  expect(sample(4, 4)).toEqual([0, 1, 2, 3]);
  expect(sample(5, 4)).toEqual([0, 1, 2, 4]);
  expect(sample(100, 5)).toEqual([0, 24, 49, 74, 99]);
});

describe('exactly so many bytes', () => {
  const source = bufferSource(Buffer.from('0123456789'));
  test.each([
    [0, 10, '0123456789'],
    [9, 1, '9'],
    [10, 0, ''],
  ])('%i, %i', async (offset, length, text) => expect(String(await exactly(source, offset, length))).toBe(text));
  test.each([
    [-1, 2],
    [0, -1],
    [0, 11],
    [10, 1],
  ])('%i, %i are not there', async (offset, length) => {
    await expect(exactly(source, offset, length)).rejects.toThrow(`${offset}+${length} of 10`);
  });
  test('a source that gives less than it said', async () => {
    await expect(exactly({ ...source, size: 20 }, 8, 4)).rejects.toThrow('8+4: got 2');
  });
});

test('what an image may become', () => {
  const size = 10 * MiB;
  expect(boundAllocated({ size, virtualSize: 8 * MiB, compressed: false })).toBe(8 * MiB);
  expect(boundAllocated({ size, virtualSize: 2 ** 50, compressed: false })).toBe(size);
  expect(boundAllocated({ size, virtualSize: 2 ** 50, compressed: true })).toBe(1000 * MiB + 1024 * MiB);
  expect(boundWritten(100 * MiB)).toBe(102 * MiB + 64 * MiB);
  expect(boundDeflated(MiB)).toBe(1032 * MiB + 1024 * MiB);
});

test('the disk in archives is read where it lies, and ends where it ends', async () => {
  const source = bufferSource(Buffer.from('...outer(inner)...'));
  const disk = diskSource(source, [
    { kind: 'tar', offset: 3, size: 12 },
    { kind: 'gz' },
    { kind: 'tar', offset: 6, size: 5 },
    { kind: 'disk' },
  ]);
  expect(disk.size).toBe(5);
  expect(String(await disk.read(0, 100))).toBe('inner');
  expect(String(await disk.read(2, 2))).toBe('ne');
  expect(await disk.read(5, 1)).toHaveLength(0);
  expect(await disk.read(50, 1)).toHaveLength(0);
});
