import { exactly, type Format, refusal, Truncated, u64le } from './format.ts';
import { makeMapping } from './mapping.ts';

/** Source: QEMU docs/interop/parallels.txt. Little-endian. */
const magics = new Set(['WithoutFreeSpace', 'WithouFreSpacExt']);
const inUse = 0x746f6e59;

export const parallels: Format = {
  name: 'parallels',
  matches: (head) => magics.has(head.subarray(0, 16).toString('latin1')),

  inspect: async (source) => {
    const header = await exactly(source, 0, 64);
    const extended = header.subarray(0, 16).toString('latin1') === 'WithouFreSpacExt';
    const tracks = header.readUInt32LE(28);
    const entries = header.readUInt32LE(32);
    const sectors = extended ? u64le(header, 36) : header.readUInt32LE(36);
    if (header.readUInt32LE(16) !== 2 || tracks === 0 || tracks > 0x400000 || entries > 4 * 1024 ** 2) {
      return refusal('damaged-header', { format: 'parallels', field: 'header' });
    }
    if (header.readUInt32LE(44) === inUse) return refusal('not-closed', { format: 'Parallels' });
    // The place of the format extension, in sectors. If it lies outside of the file, QEMU may end with a failed assertion.
    if (u64le(header, 56) * 512 >= source.size) throw new Truncated('format extension');
    const table = await exactly(source, 64, entries * 4);
    const clusters = makeMapping(tracks * 512, source.size + tracks * 512);
    for (let index = 0; index < entries; index++) {
      const at = table.readUInt32LE(index * 4) * (extended ? tracks : 1) * 512;
      if (at === 0) continue;
      if (at >= source.size) throw new Truncated('cluster');
      clusters.add(at);
    }
    if (clusters.isShared()) return refusal('shared-blocks', { format: 'Parallels' });
    const variant = extended ? 'expanding, extended' : 'expanding';
    return { disk: { format: 'parallels', variant, virtualSize: sectors * 512 }, findings: [] };
  },
};
