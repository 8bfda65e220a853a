import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { admitSource } from './admit.ts';

const MiB = 1024 ** 2;
const used = 1n << 63n;
const compressed = 1n << 62n;

type Drawing = {
  clusterBits: number;
  /** Bytes of the file. */
  size: number;
  l1: { at: number; entries: bigint[]; declared?: number };
  /** Byte offset of a table, and what is written there. */
  l2?: Record<number, bigint[]>;
};

/** A qcow2 of version 3 with these tables (QEMU docs/interop/qcow2.txt), as large as its L1 table can map. */
function drawn({ clusterBits, size, l1, l2 = {} }: Drawing): Buffer {
  // Room for all that is written, then cut.
  const bytes = Buffer.alloc(size + 4096);
  const cluster = 2 ** clusterBits;
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(l1.entries.length * cluster * (cluster / 8)), 24);
  bytes.writeUInt32BE(l1.declared ?? l1.entries.length, 36);
  bytes.writeBigUInt64BE(BigInt(l1.at), 40);
  bytes.writeUInt32BE(104, 100);
  for (const [index, entry] of l1.entries.entries()) bytes.writeBigUInt64BE(entry, l1.at + index * 8);
  for (const [at, entries] of Object.entries(l2)) {
    for (const [index, entry] of entries.entries()) bytes.writeBigUInt64BE(entry, Number(at) + index * 8);
  }
  return bytes.subarray(0, size);
}

async function verdict(drawing: Drawing): Promise<string> {
  const { disk, findings } = await admitSource(bufferSource(drawn(drawing)), {
    allowIso: false,
    maxVirtualBytes: 2 ** 50,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  return disk ? 'through' : findings.map(({ code }) => code).join();
}

test('the L1 table may end with the file, the part for snapshots included', async () => {
  const l1 = { at: 1024, entries: [0n, 0n] };
  expect(await verdict({ clusterBits: 9, size: 1024 + 16, l1 })).toBe('through');
  expect(await verdict({ clusterBits: 9, size: 1024 + 64, l1: { ...l1, declared: 8 } })).toBe('through');
  expect(await verdict({ clusterBits: 9, size: 1024 + 63, l1: { ...l1, declared: 8 } })).toBe('truncated');
  expect(await verdict({ clusterBits: 9, size: 1024 + 15, l1 })).toBe('truncated');
});

test('the L1 table has 32 MiB at most', async () => {
  const l1 = { at: 1024, entries: [0n] };
  const size = 1024 + 32 * MiB;
  expect(await verdict({ clusterBits: 9, size, l1: { ...l1, declared: 4 * MiB } })).toBe('through');
  expect(await verdict({ clusterBits: 9, size: size + 8, l1: { ...l1, declared: 4 * MiB + 1 } })).toBe(
    'damaged-header',
  );
});

test('what is behind the end in the last cluster reads as zeros', async () => {
  const image = { clusterBits: 12, l1: { at: 4096, entries: [used | 8192n] } };
  expect(await verdict({ ...image, size: 8192 + 16, l2: { 8192: [used | 4096n, 0n] } })).toBe('through');
  // Its last entry in the file names a place behind it.
  expect(await verdict({ ...image, size: 8192 + 16, l2: { 8192: [0n, used | 12_288n] } })).toBe('truncated');
});

test('a table that reaches over the last cluster is not there', async () => {
  const image = { clusterBits: 12, size: 12_288, l1: { at: 4096, entries: [used | 8704n] } };
  expect(await verdict(image)).toBe('truncated');
  expect(await verdict({ ...image, l1: { at: 4096, entries: [used | 12_288n] } })).toBe('truncated');
});

test('no two entries name one table, even an empty one', async () => {
  const image = { clusterBits: 9, size: 4096 };
  expect(await verdict({ ...image, l1: { at: 512, entries: [1024n, 1536n] } })).toBe('through');
  expect(await verdict({ ...image, l1: { at: 512, entries: [1024n, 1024n] } })).toBe('qcow2-shared-tables');
});

test('a table behind the end is noticed, even if only a sample of the L2 tables is read', async () => {
  // Every second cluster is a table: more places than are read.
  const entries = Array.from({ length: 600 }, (_, index) => BigInt(16_384 + index * 1024));
  const image = { clusterBits: 9, size: 16_384 + 600 * 1024 };
  expect(await verdict({ ...image, l1: { at: 512, entries } })).toBe('through');
  for (const place of [image.size, image.size + 512]) {
    const bent = entries.with(5, BigInt(place));
    expect(await verdict({ ...image, l1: { at: 512, entries: bent } })).toBe('truncated');
  }
});

test('snapshots are a warning, which waits until a compressed image is unpacked', async () => {
  const bytes = drawn({ clusterBits: 9, size: 256 * 1024, l1: { at: 512, entries: [0n] } });
  bytes.writeUInt32BE(3, 60);
  const admit = (source: Buffer) =>
    admitSource(bufferSource(source), {
      allowIso: false,
      maxVirtualBytes: 2 ** 50,
      peek: (_kind, _source, length) => Promise.resolve(bytes.subarray(0, length)),
    });
  expect((await admit(bytes)).findings).toMatchObject([
    { code: 'format', params: { format: 'qcow2', variant: 'v3' } },
    { code: 'qcow2-snapshots', outcome: 'warn', params: { count: 3 } },
  ]);
  expect((await admit(gzipSync('x'))).findings).toEqual([]);
});

test('compressed clusters of a small file give what Deflate gives, and 1 GiB', async () => {
  const cluster = 2 * MiB;
  const image = { clusterBits: 21, size: 8 * MiB, l1: { at: cluster, entries: [used | BigInt(2 * cluster)] } };
  const most = (image.size * 1032 + 1024 * MiB) / cluster;
  expect(most).toBe(4640);
  const clusters = (count: number) =>
    Array.from({ length: count }, (_, index) => compressed | BigInt(3 * cluster + index));
  expect(await verdict({ ...image, l2: { [2 * cluster]: clusters(most) } })).toBe('through');
  const bytes = drawn({ ...image, l2: { [2 * cluster]: clusters(most + 1) } });
  const { findings } = await admitSource(bufferSource(bytes), {
    allowIso: false,
    maxVirtualBytes: 2 ** 50,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  expect(findings).toMatchObject([
    { code: 'expands-too-much', params: { size: image.size, limit: image.size * 1032 + 1024 * MiB } },
  ]);
});
