import type { ByteSource } from '../ports/byte-source.ts';
import { boundAllocated, boundDeflated } from './expansion.ts';
import { exactly, type Format, type FormatResult, refusal, Truncated, u64be, warn } from './format.ts';
import { makeMapping, readTables } from './mapping.ts';

/** Source: QEMU docs/interop/qcow2.txt. */
const incompatible = { dirty: 1n, corrupt: 2n, dataFile: 4n, compressionType: 8n, extendedL2: 16n };
const known = 31n;
const maxL1Bytes = 32 * 1024 ** 2;

export const qcow2: Format = {
  name: 'qcow2',
  matches: (head) => head.subarray(0, 4).equals(Buffer.from('QFI\xfb', 'latin1')),

  inspect: async (source) => {
    // Version 2 headers have 72 bytes; what follows is not read.
    const header = await exactly(source, 0, 112);
    const version = header.readUInt32BE(4);
    if (version !== 2 && version !== 3) return refusal('qcow2-version', { version });
    // CVE-2015-5163: the file names another file, whose bytes would become the image's.
    if (u64be(header, 8) !== 0) return refusal('qcow2-backing-file');
    const features = version === 3 ? header.readBigUInt64BE(72) : 0n;
    // CVE-2024-32498: the same leak by another field.
    if ((features & incompatible.dataFile) !== 0n) return refusal('qcow2-data-file');
    if ((features & ~known) !== 0n)
      return refusal('qcow2-features', { features: `0x${(features & ~known).toString(16)}` });
    if ((features & incompatible.corrupt) !== 0n) return refusal('qcow2-corrupt');
    if (header.readUInt32BE(32) !== 0) return refusal('encrypted', { format: 'qcow2' });

    const clusterBits = header.readUInt32BE(20);
    if (clusterBits < 9 || clusterBits > 21)
      return refusal('damaged-header', { format: 'qcow2', field: 'cluster_bits' });
    const virtualSize = u64be(header, 24);
    const extendedL2 = (features & incompatible.extendedL2) !== 0n;
    const result = await checkTables(source, header, { clusterBits, extendedL2, virtualSize });
    if ('findings' in result) return result;
    const findings = header.readUInt32BE(60) > 0 ? [warn('qcow2-snapshots', { count: header.readUInt32BE(60) })] : [];
    const allocated = boundAllocated({ size: source.size, virtualSize, ...result });
    return {
      disk: { format: 'qcow2', variant: `v${version}`, virtualSize, allocatedAtMost: allocated },
      findings,
    };
  },
};

type Layout = { clusterBits: number; extendedL2: boolean; virtualSize: number };

/** Bits 9 to 55 of an entry. Not with BigInt, which needs a second for a table of the largest size. */
function offsetAt(table: Buffer, at: number): number {
  return (table.readUInt32BE(at) & 0x00ff_ffff) * 2 ** 32 + ((table.readUInt32BE(at + 4) & 0xffff_fe00) >>> 0);
}

/** Bits 0 to 61 - (cluster_bits - 8): where compressed data begins, to the byte. */
function readCompressedOffset(table: Buffer, at: number, clusterBits: number): number {
  return (table.readUInt32BE(at) & (2 ** (62 - (clusterBits - 8) - 32) - 1)) * 2 ** 32 + table.readUInt32BE(at + 4);
}

/** Every place that the guest's part of the L1 table and its L2 tables point to must lie within the file, and no place may occur twice. */
async function checkTables(source: ByteSource, header: Buffer, layout: Layout): Promise<FormatResult | Sizes> {
  const { clusterBits, extendedL2, virtualSize } = layout;
  const clusterSize = 2 ** clusterBits;
  const entrySize = extendedL2 ? 16 : 8;
  const l1Size = header.readUInt32BE(36);
  const needed = Math.ceil(virtualSize / (clusterSize * (clusterSize / entrySize)));
  if (l1Size * 8 > maxL1Bytes || l1Size < needed)
    return refusal('damaged-header', { format: 'qcow2', field: 'l1_size' });
  const l1Offset = u64be(header, 40);
  if (l1Offset + l1Size * 8 > source.size) throw new Truncated('L1 table');
  // Behind that is the state of machines in snapshots.
  const l1 = await exactly(source, l1Offset, needed * 8);
  // The last cluster may be written in part only, but those of the header and the tables hold no data.
  const tables = makeMapping(clusterSize, source.size);
  const offsets: number[] = [];
  for (let at = 0; at < l1.length; at += 8) {
    const offset = offsetAt(l1, at);
    if (offset === 0) continue;
    tables.add(offset);
    offsets.push(offset);
  }
  // A 384 KiB file whose entries all name one table swells to any size: nobody's tool writes that.
  if (tables.isShared()) return refusal('qcow2-shared-tables');
  const clusters = makeMapping(clusterSize, source.size);
  // Compressed clusters begin at any byte.
  const compressed = makeMapping(1, source.size);
  const { all } = await readTables(padToUnit(source, clusterSize), offsets, clusterSize, (table) => {
    for (let at = 0; at < table.length; at += entrySize) {
      const isCompressed = ((table[at] ?? 0) & 0x40) !== 0;
      const offset = isCompressed ? readCompressedOffset(table, at, clusterBits) : offsetAt(table, at);
      if (offset === 0) continue;
      if (offset >= source.size) throw new Truncated('cluster');
      (isCompressed ? compressed : clusters).add(offset);
    }
  });
  if (clusters.isShared() || compressed.isShared()) return refusal('qcow2-shared-tables');
  const limit = boundDeflated(source.size);
  if (compressed.count * clusterSize > limit) return refusal('expands-too-much', { size: source.size, limit });
  return { compressed: !all || compressed.count > 0 };
}

type Sizes = { compressed: boolean };

/** The last cluster of a file may be written in part only; QEMU reads zeros behind its end. */
function padToUnit(source: ByteSource, unit: number): ByteSource {
  return {
    size: Math.ceil(source.size / unit) * unit,
    read: async (offset, length) => {
      const bytes = Buffer.alloc(length);
      (await source.read(offset, length)).copy(bytes);
      return bytes;
    },
  };
}
