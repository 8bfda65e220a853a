import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type Format, refusal, Truncated, u64be } from './format.ts';
import { makeMapping } from './mapping.ts';

/** Source: Microsoft, Virtual Hard Disk Image Format Specification 1.0 (2006). Big-endian. */
function cookie(bytes: Buffer): boolean {
  return bytes.length >= 512 && bytes.subarray(0, 8).toString('latin1') === 'conectix';
}

function computeChecksum(bytes: Buffer, at: number): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) if (index < at || index >= at + 4) sum += bytes[index] ?? 0;
  return ~sum >>> 0;
}
function isSound(bytes: Buffer, at: number): boolean {
  return computeChecksum(bytes, at) === bytes.readUInt32BE(at);
}

const types: Record<number, string> = { 2: 'fixed', 3: 'dynamic', 4: 'differencing' };

/**
 * `vpc` is QEMU's name for VHD. A fixed VHD is a raw disk with a footer. A tool that probes only the beginning treats it as raw: 512 bytes too long, and with
 * its backup GPT in the wrong place. So the footer decides.
 */
export const vhd: Format = {
  name: 'vpc',
  matches: (head, tail) => cookie(head) || cookie(tail),

  inspect: async (source, head) => {
    const tail = await exactly(source, source.size - 512, 512);
    if (!cookie(tail)) {
      // Dynamic disks have a copy of the footer in front; without the footer itself the end is missing.
      throw new Truncated('footer');
    }
    if (!isSound(tail, 64)) return refusal('damaged-header', { format: 'vhd', field: 'footer checksum' });
    const type = types[tail.readUInt32BE(60)];
    const virtualSize = u64be(tail, 48);
    if (type === 'differencing') return refusal('differencing', { format: 'VHD' });
    if (type === 'fixed') {
      if (cookie(head)) return refusal('ambiguous', { formats: 'VHD fixed, VHD dynamic' });
      if (source.size - 512 < virtualSize) throw new Truncated('data');
      if (source.size - 512 > virtualSize) return refusal('damaged-header', { format: 'vhd', field: 'current size' });
      return { disk: { format: 'vpc', variant: 'fixed', virtualSize }, findings: [] };
    }
    if (type !== 'dynamic') return refusal('damaged-header', { format: 'vhd', field: 'disk type' });
    if (!cookie(head) || !head.subarray(0, 512).equals(tail)) {
      return refusal('damaged-header', { format: 'vhd', field: 'copy of the footer' });
    }
    return checkDynamic(source, tail, virtualSize);
  },
};

async function checkDynamic(source: ByteSource, footer: Buffer, virtualSize: number) {
  const header = await exactly(source, u64be(footer, 16), 1024);
  if (header.subarray(0, 8).toString('latin1') !== 'cxsparse' || !isSound(header, 36)) {
    return refusal('damaged-header', { format: 'vhd', field: 'dynamic disk header' });
  }
  if (!header.subarray(40, 56).every((byte) => byte === 0)) return refusal('differencing', { format: 'VHD' });
  const blockSize = header.readUInt32BE(32);
  const entries = header.readUInt32BE(28);
  if (blockSize < 512 || blockSize > 256 * 1024 ** 2 || entries > 4 * 1024 ** 2 || entries * blockSize < virtualSize) {
    return refusal('damaged-header', { format: 'vhd', field: 'block allocation table' });
  }
  const table = await exactly(source, u64be(header, 16), entries * 4);
  const bitmap = Math.ceil(blockSize / 512 / 8 / 512) * 512;
  const blocks = makeMapping(bitmap + blockSize, source.size);
  for (let index = 0; index < entries; index++) {
    const at = table.readUInt32BE(index * 4);
    if (at === 0xffff_ffff) continue;
    if (at * 512 + bitmap + blockSize > source.size - 512) throw new Truncated('block');
    blocks.add(at * 512);
  }
  if (blocks.isShared()) return refusal('shared-blocks', { format: 'VHD' });
  return { disk: { format: 'vpc' as const, variant: 'dynamic', virtualSize }, findings: [] };
}
