import { exactly, type Format, refusal, Truncated, u64le } from './format.ts';
import { makeMapping } from './mapping.ts';

/** Source: VirtualBox VDICore.h as QEMU block/vdi.c describes it. Little-endian. */
/** Blocks of 1 MiB: 4 TiB together. */
const maxBlocks = 4 * 1024 ** 2;
/** From here on no place in the file: 0xfffffffe is zeros, 0xffffffff nothing. */
const discarded = 0xffff_fffe;
const types: Record<number, string> = { 1: 'dynamic', 2: 'static', 3: 'undo', 4: 'differencing' };

export const vdi: Format = {
  name: 'vdi',
  matches: (head) => head.length >= 0x44 && head.readUInt32LE(0x40) === 0xbeda107f,

  inspect: async (source) => {
    const header = await exactly(source, 0, 0x200);
    if (header.readUInt32LE(0x44) !== 0x0001_0001)
      return refusal('damaged-header', { format: 'vdi', field: 'version' });
    const type = types[header.readUInt32LE(0x4c)];
    const hasParent = !header.subarray(0x1a8, 0x1c8).every((byte) => byte === 0);
    if (type === 'undo' || type === 'differencing' || hasParent) return refusal('differencing', { format: 'VDI' });
    if (!type) return refusal('damaged-header', { format: 'vdi', field: 'image type' });
    const blockSize = header.readUInt32LE(0x178);
    const blocks = header.readUInt32LE(0x180);
    const allocated = header.readUInt32LE(0x184);
    const virtualSize = u64le(header, 0x170);
    if (blockSize !== 1024 ** 2 || allocated > blocks || blocks * blockSize < virtualSize || blocks > maxBlocks) {
      return refusal('damaged-header', { format: 'vdi', field: 'blocks' });
    }
    const data = header.readUInt32LE(0x158);
    if (data + allocated * blockSize > source.size) throw new Truncated('blocks');
    const map = await exactly(source, header.readUInt32LE(0x154), blocks * 4);
    const found = makeMapping(blockSize, source.size);
    for (let at = 0; at < map.length; at += 4) {
      const block = map.readUInt32LE(at);
      if (block >= discarded) continue;
      if (data + block * blockSize >= source.size) throw new Truncated('block');
      found.add(data + block * blockSize);
    }
    if (found.isShared()) return refusal('shared-blocks', { format: 'VDI' });
    return { disk: { format: 'vdi', variant: type, virtualSize }, findings: [] };
  },
};
