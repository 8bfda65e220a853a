import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type Format, type FormatResult, refusal, sample, Truncated, u64le } from './format.ts';

/** Source: VMware Virtual Disk Format 1.1; QEMU block/vmdk.c for what QEMU really reads. */
const sector = 512;
const atEnd = 0xffff_ffff_ffff_ffffn;
/** QEMU reads 20 sectors from the second one on, whatever size the header declares for the descriptor. */
const qemuDescriptor = { offset: sector, length: 20 * sector };
const allowedTypes = new Set(['monolithicSparse', 'streamOptimized']);

/**
 * A descriptor of its own: text that names other files (CVE-2022-47951). Looked for as QEMU's probe and as a careless editor
 * would: comments, blank lines, a byte order mark or odd bytes before it change nothing.
 */
export const isTextDescriptor = (head: Buffer): boolean => {
  const text = head.subarray(0, 20 * sector).toString('latin1');
  if (text.startsWith('KDMV') || text.startsWith('COWD')) return false;
  return /^(?:\xef\xbb\xbf)?\s*#\s*Disk DescriptorFile/i.test(text) || /(?:^|[\r\n])\s*createType\s*=/i.test(text);
};

export const vmdkText: Format = {
  name: 'vmdk',
  matches: isTextDescriptor,
  inspect: (_source, head) => {
    const text = head.subarray(0, 20 * sector).toString('latin1');
    const type = /createType\s*=\s*"?([\w-]{1,40})/i.exec(text)?.[1] ?? 'unknown';
    return Promise.resolve(refusal('vmdk-flat', { type }));
  },
};

export const vmdk: Format = {
  name: 'vmdk',
  matches: (head) => head.subarray(0, 4).toString('latin1') === 'KDMV',

  inspect: async (source) => {
    let header = await exactly(source, 0, sector);
    const version = header.readUInt32LE(4);
    if (version < 1 || version > 3) return refusal('damaged-header', { format: 'vmdk', field: 'version' });
    const refused = await checkDescriptor(source, header);
    if ('findings' in refused) return refused;

    if (header.readBigUInt64LE(56) === atEnd) {
      // The real header is the footer: marker, footer, end-of-stream marker, 512 bytes each.
      const tail = await exactly(source, source.size - 3 * sector, 3 * sector);
      header = tail.subarray(sector, 2 * sector);
      const ends = tail.subarray(2 * sector).every((byte) => byte === 0);
      if (header.subarray(0, 4).toString('latin1') !== 'KDMV' || !ends) throw new Truncated('footer');
      if (header.readBigUInt64LE(56) === atEnd || header.readBigUInt64LE(28) !== 1n) {
        return refusal('damaged-header', { format: 'vmdk', field: 'footer' });
      }
    }
    const capacity = u64le(header, 12) * sector;
    const damaged = await checkGrains(source, header);
    return damaged ?? { disk: { format: 'vmdk', variant: refused.type, virtualSize: capacity }, findings: [] };
  },
};

const checkDescriptor = async (source: ByteSource, header: Buffer): Promise<FormatResult | { type: string }> => {
  if (header.readBigUInt64LE(28) !== 1n) return refusal('vmdk-descriptor');
  const declared = u64le(header, 36) * sector;
  if (declared === 0 || declared > 1024 ** 2) return refusal('vmdk-descriptor');
  const length = Math.min(Math.max(declared, qemuDescriptor.length), source.size - sector);
  const text = (await exactly(source, sector, length)).toString('latin1');
  // QEMU searches all that it has read for the name, comments and what follows the descriptor included.
  if (text.slice(0, qemuDescriptor.length).includes('parentFileNameHint')) return refusal('vmdk-parent');
  const descriptor = text.slice(0, declared).split('\0', 1)[0] ?? '';
  if (descriptor.includes('parentFileNameHint')) return refusal('vmdk-parent');
  const parentCid = /^\s*parentCID\s*=\s*([0-9a-f]+)/im.exec(descriptor)?.[1];
  if (parentCid && parentCid.toLowerCase() !== 'ffffffff') return refusal('vmdk-parent');
  const type = /^\s*createType\s*=\s*"([^"]{1,40})"/im.exec(descriptor)?.[1];
  if (!type) return refusal('vmdk-descriptor');
  if (!allowedTypes.has(type)) return refusal('vmdk-flat', { type });
  const extents = descriptor.match(/^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+\S+/gim) ?? [];
  if (extents.length !== 1) return refusal('vmdk-extents', { count: extents.length });
  if (!/\sSPARSE$/i.test(extents[0] ?? '')) return refusal('vmdk-flat', { type: extents[0]?.split(/\s+/)[2] ?? '' });
  return { type };
};

/** The grain directory whole, and a sample of its tables: what they point to must lie within the file. */
const checkGrains = async (source: ByteSource, header: Buffer): Promise<FormatResult | undefined> => {
  const grainSize = u64le(header, 20);
  const perTable = header.readUInt32LE(44);
  const capacity = u64le(header, 12);
  if (grainSize < 1 || grainSize > 2048 || perTable < 1 || perTable > 4096 || (perTable & (perTable - 1)) !== 0) {
    return refusal('damaged-header', { format: 'vmdk', field: 'grain size' });
  }
  const tables = Math.ceil(capacity / (grainSize * perTable));
  if (tables > 4 * 1024 ** 2) return refusal('damaged-header', { format: 'vmdk', field: 'capacity' });
  let last = 0;
  const directory = await exactly(source, u64le(header, 56) * sector, tables * 4);
  for (const index of sample(tables, 64)) {
    const at = directory.readUInt32LE(index * 4) * sector;
    if (at === 0) continue;
    const table = await exactly(source, at, perTable * 4);
    for (let entry = 0; entry < perTable; entry++) {
      // 0: nothing there, 1: zeros.
      const grain = table.readUInt32LE(entry * 4);
      if (grain > 1 && grain * sector >= source.size) throw new Truncated('grain');
      last = Math.max(last, grain);
    }
  }
  const compressed = (header.readUInt32LE(8) & 0x1_0000) !== 0;
  if (compressed && last > 1) {
    // A compressed grain says its own length: sector number (8 bytes), bytes (4), data.
    const length = (await exactly(source, last * sector, 12)).readUInt32LE(8);
    if (last * sector + 12 + length > source.size) throw new Truncated('grain');
  }
  return undefined;
};
