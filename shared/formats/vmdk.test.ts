import { expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { admitSource } from './admit.ts';

const sector = 512;
const text = '# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\n';

type Drawing = {
  /** Bytes of the file. */
  size?: number;
  /** All in sectors, as in the header. */
  capacity?: number;
  grainSize?: number;
  entriesPerTable?: number;
  grainsBegin?: number;
  redundantDirectory?: number;
  flags?: number;
  compressed?: boolean;
  /** Sectors of grains, as the only table has them. */
  table?: number[];
  /** Bytes of a compressed grain, by its sector. */
  lengths?: Record<number, number>;
};

/** A sparse VMDK with its directory in sector 30 and its table in sectors 31 to 34 (VMware Virtual Disk Format 1.1). */
function drawn({
  size = 64 * sector,
  capacity = 16,
  grainSize = 8,
  entriesPerTable = 512,
  grainsBegin = 35,
  redundantDirectory = 0,
  compressed = false,
  flags = compressed ? 0x3_0000 : 0,
  table = [],
  lengths = {},
}: Drawing): Buffer {
  const bytes = Buffer.alloc(100 * sector);
  bytes.write('KDMV', 0, 'latin1');
  bytes.writeUInt32LE(1, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeBigUInt64LE(BigInt(capacity), 12);
  bytes.writeBigUInt64LE(BigInt(grainSize), 20);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(20n, 36);
  bytes.writeUInt32LE(entriesPerTable, 44);
  bytes.writeBigUInt64LE(BigInt(redundantDirectory), 48);
  bytes.writeBigUInt64LE(30n, 56);
  bytes.writeBigUInt64LE(BigInt(grainsBegin), 64);
  bytes.writeUInt16LE(compressed ? 1 : 0, 77);
  const type = compressed ? 'streamOptimized' : 'monolithicSparse';
  bytes.write(`${text}createType="${type}"\nRW ${capacity} SPARSE "a.vmdk"\n`, sector, 'latin1');
  bytes.writeUInt32LE(31, 30 * sector);
  for (const [index, grain] of table.entries()) bytes.writeUInt32LE(grain, 31 * sector + index * 4);
  for (const [at, length] of Object.entries(lengths)) bytes.writeUInt32LE(length, Number(at) * sector + 8);
  return bytes.subarray(0, size);
}

async function verdict(drawing: Drawing): Promise<string> {
  const { disk, findings } = await admitSource(bufferSource(drawn(drawing)), {
    allowIso: false,
    maxVirtualBytes: 2 ** 50,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  const [refusal] = findings.filter(({ outcome }) => outcome === 'fail');
  return disk ? disk.variant : [refusal?.code, refusal?.params?.field].filter(Boolean).join(': ');
}

test('the last compressed grain ends within the file, whatever the order in its table', async () => {
  const stream = { compressed: true, size: 50 * sector };
  for (const table of [
    [40, 48],
    [48, 40, 1],
  ]) {
    expect(await verdict({ ...stream, table, lengths: { 40: 9999, 48: 2 * sector - 12 } })).toBe('streamOptimized');
    expect(await verdict({ ...stream, table, lengths: { 48: 2 * sector - 11 } })).toBe('truncated');
  }
  expect(await verdict({ ...stream, table: [40, 50] })).toBe('truncated');
});

test('grains without compression begin within the file, and the last may be cut short', async () => {
  expect(await verdict({ table: [40, 48], size: 49 * sector })).toBe('monolithicSparse');
  expect(await verdict({ table: [40, 48], size: 48 * sector })).toBe('truncated');
  expect(await verdict({ table: [40, 47] })).toBe('shared-blocks');
});

test('the grains may begin where the file ends', async () => {
  expect(await verdict({ size: 35 * sector })).toBe('monolithicSparse');
  expect(await verdict({ size: 35 * sector, grainsBegin: 36 })).toBe('truncated');
});

test('a second directory is there if the header says so', async () => {
  expect(await verdict({ redundantDirectory: 1000 })).toBe('monolithicSparse');
  expect(await verdict({ redundantDirectory: 1000, flags: 2 })).toBe('truncated');
  expect(await verdict({ redundantDirectory: 30, flags: 2 })).toBe('monolithicSparse');
});

test('the sizes of grains and tables', async () => {
  for (const grainSize of [1, 8, 2048]) expect(await verdict({ grainSize })).toBe('monolithicSparse');
  for (const grainSize of [0, 3, 4096]) expect(await verdict({ grainSize })).toBe('damaged-header: grain size');
  for (const entriesPerTable of [1, 512]) {
    expect(await verdict({ entriesPerTable, capacity: 8 })).toBe('monolithicSparse');
  }
  for (const entriesPerTable of [0, 3, 1024]) {
    expect(await verdict({ entriesPerTable })).toBe('damaged-header: grain table size');
  }
  // 4 MiB of directory; the file is too short for it.
  const most = 1024 ** 2;
  expect(await verdict({ grainSize: 1, entriesPerTable: 1, capacity: most })).toBe('truncated');
  expect(await verdict({ grainSize: 1, entriesPerTable: 1, capacity: most + 1 })).toBe('damaged-header: capacity');
});

test('compressed grains have markers', async () => {
  expect(await verdict({ compressed: true, flags: 0x1_0000 })).toBe('damaged-header: markers');
});
