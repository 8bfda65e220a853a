import type { ByteSource } from '../ports/byte-source.ts';
import { crc32c } from './crc32.ts';
import { exactly, type Format, type FormatResult, refusal, Truncated, u64le } from './format.ts';
import { makeMapping } from './mapping.ts';

/** Source: [MS-VHDX] 2.2 to 2.6. Little-endian; GUIDs in their mixed-endian binary form. */
const KiB = 1024;
const MiB = 1024 ** 2;
function guid(text: string): Buffer {
  const hex = text.replaceAll('-', '');
  const bytes = Buffer.from(hex, 'hex');
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}
const region = {
  bat: guid('2DC27766-F623-4200-9D64-115E9BFD4A08'),
  metadata: guid('8B7CA206-4790-4B9A-B8FE-575F050F886E'),
};
const item = {
  fileParameters: guid('CAA16737-FA36-4D43-B3B6-33F0AA44E76B'),
  virtualDiskSize: guid('2FA54224-CD1B-4876-B211-5DBED83BF4B8'),
  logicalSectorSize: guid('8141BF1D-A96F-4709-BA47-F233A8FAAB5F'),
  parentLocator: guid('A8D35F2D-B30B-454D-ABF7-D3D84834AB0C'),
};

/** State of a block whose bytes are all in the file. */
const fullyPresent = 6;

function refuseDamaged(field: string): FormatResult {
  return refusal('damaged-header', { format: 'vhdx', field });
}

function isSound(bytes: Buffer): boolean {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(0, 4);
  return crc32c(copy) === bytes.readUInt32LE(4);
}

export const vhdx: Format = {
  name: 'vhdx',
  matches: (head) => head.subarray(0, 8).toString('latin1') === 'vhdxfile',

  inspect: async (source) => {
    const headers = [await exactly(source, 64 * KiB, 4 * KiB), await exactly(source, 128 * KiB, 4 * KiB)]
      .filter((header) => header.subarray(0, 4).toString('latin1') === 'head' && isSound(header))
      .sort((a, b) => u64le(b, 8) - u64le(a, 8));
    const current = headers[0];
    if (!current) return refuseDamaged('headers');
    // Not closed: what the log holds is not in the image yet, and QEMU replays it only into a writable file.
    if (!current.subarray(48, 64).every((byte) => byte === 0)) return refusal('vhdx-log');

    const regions = await exactly(source, 192 * KiB, 64 * KiB);
    const count = regions.readUInt32LE(8);
    if (regions.subarray(0, 4).toString('latin1') !== 'regi' || !isSound(regions) || count > 2047) {
      return refuseDamaged('region table');
    }
    const find = (id: Buffer): { offset: number; length: number } | undefined => {
      for (let at = 16; at < 16 + count * 32; at += 32) {
        if (regions.subarray(at, at + 16).equals(id)) {
          return { offset: u64le(regions, at + 16), length: regions.readUInt32LE(at + 24) };
        }
      }
      return undefined;
    };
    const bat = find(region.bat);
    const metadata = find(region.metadata);
    if (!bat || !metadata) return refuseDamaged('regions');
    return checkMetadata(source, metadata, bat);
  },
};

async function checkMetadata(
  source: ByteSource,
  metadata: { offset: number },
  bat: { offset: number; length: number },
): Promise<FormatResult> {
  const table = await exactly(source, metadata.offset, 64 * KiB);
  const count = table.readUInt16LE(10);
  if (table.subarray(0, 8).toString('latin1') !== 'metadata' || count > 2047) return refuseDamaged('metadata table');
  let virtualSize: number | undefined;
  let blockSize: number | undefined;
  let sectorSize: number | undefined;
  for (let at = 32; at < 32 + count * 32; at += 32) {
    const id = table.subarray(at, at + 16);
    const value = () => exactly(source, metadata.offset + table.readUInt32LE(at + 16), 8);
    if (id.equals(item.parentLocator)) return refusal('differencing', { format: 'VHDX' });
    if (id.equals(item.fileParameters)) {
      const parameters = await value();
      if ((parameters.readUInt32LE(4) & 2) !== 0) return refusal('differencing', { format: 'VHDX' });
      blockSize = parameters.readUInt32LE(0);
    }
    if (id.equals(item.virtualDiskSize)) virtualSize = u64le(await value(), 0);
    if (id.equals(item.logicalSectorSize)) sectorSize = (await value()).readUInt32LE(0);
  }
  if (virtualSize === undefined || !blockSize || blockSize < MiB || blockSize > 256 * MiB)
    return refuseDamaged('metadata');
  if ((blockSize & (blockSize - 1)) !== 0 || (sectorSize !== 512 && sectorSize !== 4096))
    return refuseDamaged('metadata');
  // QEMU reads no other size, and its guests have other sectors.
  if (sectorSize !== 512) return refusal('sector-size', { format: 'VHDX', bytes: sectorSize });
  return checkBlocks(source, bat, { virtualSize, blockSize, sectorSize });
}

/** [MS-VHDX] 2.5: payload blocks, and behind each chunk of them the place of a bitmap that only disks with a parent use. */
async function checkBlocks(
  source: ByteSource,
  bat: { offset: number; length: number },
  { virtualSize, blockSize, sectorSize }: { virtualSize: number; blockSize: number; sectorSize: number },
): Promise<FormatResult> {
  const payload = Math.ceil(virtualSize / blockSize);
  const chunk = (2 ** 23 * sectorSize) / blockSize;
  const entries = payload + Math.floor((payload - 1) / chunk);
  if (entries * 8 > 64 * MiB || entries * 8 > bat.length) return refuseDamaged('block allocation table');
  const table = await exactly(source, bat.offset, entries * 8);
  const blocks = makeMapping(blockSize, source.size + blockSize);
  for (let index = 0; index < entries; index++) {
    const low = table.readUInt32LE(index * 8);
    if ((low & 7) !== fullyPresent || index % (chunk + 1) === chunk) continue;
    // Bits 20 to 63: MiB.
    const offset = ((low >>> 20) + table.readUInt32LE(index * 8 + 4) * 2 ** 12) * MiB;
    if (offset >= source.size) throw new Truncated('block');
    blocks.add(offset);
  }
  if (blocks.isShared()) return refusal('shared-blocks', { format: 'VHDX' });
  return { disk: { format: 'vhdx', variant: 'vhdx', virtualSize }, findings: [] };
}
