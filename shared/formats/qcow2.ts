import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type Format, type FormatResult, refusal, sample, Truncated, u64be, warning } from './format.ts';

/** Source: QEMU docs/interop/qcow2.txt. */
const incompatible = { dirty: 1n, corrupt: 2n, dataFile: 4n, compressionType: 8n, extendedL2: 16n };
const known = 31n;
const offsetMask = 0x00ff_ffff_ffff_fe00n;
const maxL1Bytes = 32 * 1024 ** 2;

export const qcow2: Format = {
  name: 'qcow2',
  matches: (head) => head.subarray(0, 4).equals(Buffer.from('QFI\xfb', 'latin1')),

  inspect: async (source) => {
    const header = Buffer.alloc(112);
    // Version 2 headers have 72 bytes; an image may be no longer than its header says.
    (await exactly(source, 0, Math.min(112, source.size))).copy(header);
    if (source.size < 72) throw new Truncated('header');
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
    const result = await checkTables(source, header, {
      clusterSize: 2 ** clusterBits,
      extendedL2: (features & incompatible.extendedL2) !== 0n,
      virtualSize,
    });
    if (result) return result;
    const findings =
      header.readUInt32BE(60) > 0 ? [warning('qcow2-snapshots', { count: header.readUInt32BE(60) })] : [];
    return { disk: { format: 'qcow2', variant: `v${version}`, virtualSize }, findings };
  },
};

/** The L1 table whole, and a sample of the L2 tables: what they point to must lie within the file. */
const checkTables = async (
  source: ByteSource,
  header: Buffer,
  { clusterSize, extendedL2, virtualSize }: { clusterSize: number; extendedL2: boolean; virtualSize: number },
): Promise<FormatResult | undefined> => {
  const entrySize = extendedL2 ? 16 : 8;
  const l1Size = header.readUInt32BE(36);
  const needed = Math.ceil(virtualSize / (clusterSize * (clusterSize / entrySize)));
  if (l1Size * 8 > maxL1Bytes || l1Size < needed)
    return refusal('damaged-header', { format: 'qcow2', field: 'l1_size' });
  const l1 = await exactly(source, u64be(header, 40), l1Size * 8);
  const tables: number[] = [];
  for (let index = 0; index < l1Size; index++) {
    const offset = Number(l1.readBigUInt64BE(index * 8) & offsetMask);
    if (offset === 0) continue;
    if (offset >= source.size) throw new Truncated('L2 table');
    tables.push(offset);
  }
  // A 384 KiB file whose entries all name one table swells to any size: nobody's tool writes that.
  if (new Set(tables).size !== tables.length) return refusal('qcow2-shared-tables');
  for (const index of sample(tables.length, 32)) {
    const offset = tables[index] ?? 0;
    const l2 = await source.read(offset, Math.min(clusterSize, source.size - offset));
    const seen = new Set<number>();
    for (let at = 0; at + entrySize <= l2.length; at += entrySize) {
      const entry = l2.readBigUInt64BE(at);
      const compressed = (entry & (1n << 62n)) !== 0n;
      const data = Number(
        compressed ? entry & ((1n << BigInt(62 - (Math.log2(clusterSize) - 8))) - 1n) : entry & offsetMask,
      );
      if (data === 0) continue;
      if (data >= source.size) throw new Truncated('cluster');
      if (!compressed) {
        if (seen.has(data)) return refusal('qcow2-shared-tables');
        seen.add(data);
      }
    }
  }
  return undefined;
};
