import type { Finding } from '../contracts/finding.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { crc32 } from './crc32.ts';
import { exactly, type FormatResult, refusal, Truncated, u64le, warn } from './format.ts';

type Content = {
  variant: string;
  /** Bytes of a sector, if the table shows them. */
  sector?: number;
};

/** KVM gives instances disks with sectors of 512 bytes: firmware and kernel search for the table in the second one. */
function largeSectors(format: string, bytes: number): Finding {
  return warn('sector-size', { format, bytes });
}

/**
 * A raw disk has no magic of its own. We recognise it by the structures that an operating system would find. A disk without partition table and filesystem
 * cannot be distinguished from garbage, so it is refused.
 */
export async function inspectRaw(source: ByteSource, head: Buffer): Promise<FormatResult | undefined> {
  const content = (await gpt(source, head)) ?? filesystem(head, source.size) ?? mbr(head, source.size);
  if (!content) return undefined;
  if ('findings' in content) return content;
  const findings = [
    ...(source.size % 512 === 0 ? [] : [warn('raw-unaligned', { bytes: source.size % 512 })]),
    ...(content.sector === undefined || content.sector === 512 ? [] : [largeSectors('GPT', content.sector)]),
  ];
  const virtualSize = Math.ceil(source.size / 512) * 512;
  return { disk: { format: 'raw', variant: content.variant, virtualSize }, findings };
}

function ascii(head: Buffer, offset: number, text: string): boolean {
  return head.subarray(offset, offset + text.length).toString('latin1') === text;
}

type Partition = { status: number; type: number; start: number; sectors: number };

function partitions(head: Buffer): Partition[] {
  return [446, 462, 478, 494]
    .map((at) => ({
      status: head[at] ?? 0,
      type: head[at + 4] ?? 0,
      start: head.readUInt32LE(at + 8),
      sectors: head.readUInt32LE(at + 12),
    }))
    .filter(({ type }) => type !== 0);
}

/** UEFI 2.10, 5.3: header at LBA 1, of 512 or 4096 bytes; its copy in the last block. */
async function gpt(source: ByteSource, head: Buffer): Promise<Content | FormatResult | undefined> {
  for (const block of [512, 4096]) {
    if (!ascii(head, block, 'EFI PART')) continue;
    const size = head.readUInt32LE(block + 12);
    if (size < 92 || size > block) return refusal('damaged-header', { format: 'GPT', field: 'header size' });
    const header = Buffer.from(head.subarray(block, block + size));
    const sum = header.readUInt32LE(16);
    header.writeUInt32LE(0, 16);
    if (crc32(header) !== sum) return refusal('damaged-header', { format: 'GPT', field: 'header checksum' });
    const last = Math.max(u64le(header, 32), u64le(header, 48)) * block;
    if (last >= source.size) throw new Truncated('backup GPT');
    const entries = header.readUInt32LE(80) * header.readUInt32LE(84);
    if (entries > 1024 ** 2) return refusal('damaged-header', { format: 'GPT', field: 'partition entries' });
    if (crc32(await exactly(source, u64le(header, 72) * block, entries)) !== header.readUInt32LE(88)) {
      return refusal('damaged-header', { format: 'GPT', field: 'checksum of the partition entries' });
    }
    const others = partitions(head).filter(({ type }) => type !== 0xee);
    return { variant: others.length > 0 ? 'hybrid' : 'gpt', sector: block };
  }
  return undefined;
}

function mbr(head: Buffer, size: number): Content | undefined {
  if (head[510] !== 0x55 || head[511] !== 0xaa) return undefined;
  const found = partitions(head);
  if (found.length === 0 || found.some(({ status }) => status !== 0 && status !== 0x80)) return undefined;
  const isCut = ({ type, start, sectors }: Partition) => type !== 0xee && (start + Math.max(1, sectors)) * 512 > size;
  if (found.some(isCut)) throw new Truncated('partition');
  return { variant: 'mbr' };
}

/** A filesystem, or a volume of LVM, without any partition around it. */
function filesystem(head: Buffer, size: number): Content | undefined {
  const declareContent = (bytes: number, name: string): Content => {
    if (bytes > size) throw new Truncated(name);
    return { variant: name };
  };
  if (head.length > 2048 && head.readUInt16LE(1024 + 56) === 0xef53) {
    return declareContent(head.readUInt32LE(1024 + 4) * 1024 * 2 ** head.readUInt32LE(1024 + 24), 'ext');
  }
  if (ascii(head, 0, 'XFSB')) return declareContent(Number(head.readBigUInt64BE(8)) * head.readUInt32BE(4), 'xfs');
  if (ascii(head, 65_536 + 64, '_BHRfS_M')) return declareContent(u64le(head, 65_536 + 112), 'btrfs');
  if (ascii(head, 3, 'NTFS    ')) return { variant: 'ntfs' };
  if (ascii(head, 3, 'EXFAT   ')) return { variant: 'exfat' };
  if (ascii(head, 54, 'FAT1') || ascii(head, 82, 'FAT32')) return { variant: 'fat' };
  if (ascii(head, 0, 'hsqs')) return { variant: 'squashfs' };
  // In one of the first four sectors; lvm2 itself writes the second. Source: lvm2 lib/label/label.h, LABEL_SCAN_SECTORS.
  if ([0, 512, 1024, 1536].some((at) => ascii(head, at, 'LABELONE'))) return { variant: 'lvm' };
  return undefined;
}

class NotRead extends Error {}

/**
 * Finds problems with the whole disk from its first bytes, for a disk that was inside another format: it was cut off, or it is made for another sector size.
 */
export async function readLayout(head: Buffer, size: number): Promise<Finding[]> {
  const source: ByteSource = {
    size,
    read: (offset, length) =>
      offset + length > head.length
        ? Promise.reject(new NotRead())
        : Promise.resolve(head.subarray(offset, offset + length)),
  };
  try {
    const found = await inspectRaw(source, head);
    return found?.disk ? found.findings : [];
  } catch (error) {
    if (error instanceof Truncated) return [warn('disk-cut', { size })];
    if (error instanceof NotRead || error instanceof RangeError) return [];
    throw error;
  }
}
