import { expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { admitSource } from './admit.ts';

type Drawing = {
  magic?: string;
  /** Sectors of a cluster. */
  tracks?: number;
  /** Where clusters lie: in sectors, or in clusters (extended). */
  table?: number[];
  entries?: number;
  /** Sectors of the disk. */
  sectors?: bigint;
  size?: number;
  inUse?: boolean;
  /** In sectors. */
  extension?: number;
};

/** Source: QEMU docs/interop/parallels.txt. */
function drawn({
  magic = 'WithoutFreeSpace',
  tracks = 8,
  table = [],
  entries = table.length,
  sectors = 64n,
  size = 16_384,
  inUse = false,
  extension = 0,
}: Drawing): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(2, 16);
  bytes.writeUInt32LE(tracks, 28);
  bytes.writeUInt32LE(entries, 32);
  bytes.writeBigUInt64LE(sectors, 36);
  if (inUse) bytes.writeUInt32LE(0x746f_6e59, 44);
  bytes.writeBigUInt64LE(BigInt(extension), 56);
  for (const [index, place] of table.entries()) bytes.writeUInt32LE(place, 64 + index * 4);
  return bytes;
}

async function verdict(drawing: Drawing) {
  const { disk, findings } = await admitSource(bufferSource(drawn(drawing)), {
    allowIso: false,
    maxVirtualBytes: 2 ** 50,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  const [refusal] = findings.filter(({ outcome }) => outcome === 'fail');
  return disk ? `${disk.variant}, ${disk.virtualSize}` : { code: refusal?.code, ...refusal?.params };
}

const extended = 'WithouFreSpacExt';
const damaged = { code: 'damaged-header', format: 'parallels', field: 'header' };

test('both versions: the first counts places in sectors and has 32 bits for its size', async () => {
  const sectors = 2n ** 32n + 64n;
  expect(await verdict({ table: [1, 9, 0], sectors })).toBe('expanding, 32768');
  expect(await verdict({ magic: extended, table: [1, 3], sectors })).toBe(
    `expanding, extended, ${Number(sectors) * 512}`,
  );
  expect(await verdict({ magic: extended, table: [1, 9] })).toEqual({ code: 'truncated', format: 'parallels' });
});

test('clusters that overlap share a place', async () => {
  expect(await verdict({ table: [1, 9] })).toBe('expanding, 32768');
  expect(await verdict({ table: [1, 8] })).toEqual({ code: 'shared-blocks', format: 'Parallels' });
});

test('the last cluster may be cut short, but it begins within the file', async () => {
  expect(await verdict({ table: [1, 9], size: 512 + 4096 + 512 })).toBe('expanding, 32768');
  expect(await verdict({ table: [1, 10], size: 512 + 4096 + 512 })).toEqual({ code: 'truncated', format: 'parallels' });
});

test('an open image is refused', async () => {
  expect(await verdict({ inUse: true })).toEqual({ code: 'not-closed', format: 'Parallels' });
});

test('the extension lies within the file', async () => {
  expect(await verdict({ extension: 31 })).toBe('expanding, 32768');
  expect(await verdict({ extension: 32 })).toEqual({ code: 'truncated', format: 'parallels' });
});

test('the largest cluster and the longest table', async () => {
  expect(await verdict({ tracks: 0x40_0000 })).toBe('expanding, 32768');
  expect(await verdict({ tracks: 0x40_0001 })).toEqual(damaged);
  expect(await verdict({ tracks: 0 })).toEqual(damaged);
  const size = 17 * 1024 ** 2;
  expect(await verdict({ entries: 4 * 1024 ** 2, size })).toBe('expanding, 32768');
  expect(await verdict({ entries: 4 * 1024 ** 2 + 1, size })).toEqual(damaged);
});
