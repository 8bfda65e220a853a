import type { ByteSource } from '../ports/byte-source.ts';
import { type DeclaredSize, nothingDeclared } from './declared-size.ts';

/** RFC 8878. A file is a series of frames. A frame may declare the size of its contents, and is a series of blocks, each with its size. */

const magic = 0xfd2f_b528;
/** 3.1.2: 0x184D2A50 to 0x184D2A5F, then a size; these frames have no contents. */
function isSkippable(word: number): boolean {
  return word >>> 4 === 0x184d2a5;
}

/** 3.1.1.2.4: no block gives more, whatever its window. */
const largestBlock = 128 * 1024;
/** The most reads for one file: enough for some hundred blocks of compressed data, or for millions of blocks of four bytes (a TiB of zeros). */
const mostReads = 32;
const readBytes = 512 * 1024;

class NoMore extends Error {}

/** Bytes at places that ascend, by few reads; throws NoMore when those are used up or the file ends before. */
function reader(source: ByteSource) {
  let reads = 0;
  let at = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return async (offset: number, length: number): Promise<Buffer> => {
    if (offset + length > at + bytes.length) {
      if (++reads > mostReads || offset + length > source.size) throw new NoMore();
      at = offset;
      bytes = await source.read(offset, readBytes);
    }
    return bytes.subarray(offset - at);
  };
}

/** 3.1.1.1, by the first byte behind the magic: where the size of the contents is, of how many bytes, and whether a sum is at the end. */
function frameHeader(descriptor: number): { sizeAt: number; sizeBytes: number; hasChecksum: boolean } {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const window = isSingleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number;
  return { sizeAt: 1 + window + dictionary, sizeBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function contentSize(bytes: Buffer, length: number): number | undefined {
  if (length === 0) return undefined;
  if (length === 8) return Number(bytes.readBigUInt64LE(0));
  return bytes.readUIntLE(0, length) + (length === 2 ? 256 : 0);
}

/**
 * Starts at the first frame, and follows the frames as far as a few reads allow. If a frame does not declare its size, blocks of one repeated byte and
 * uncompressed blocks do (3.1.1.2.2); compressed blocks count as nothing.
 */
export async function zstdSize(source: ByteSource): Promise<DeclaredSize> {
  const read = reader(source);
  let bytes = 0;
  let exact = true;
  let offset = 0;
  try {
    while (offset < source.size) {
      const word = (await read(offset, 4)).readUInt32LE(0);
      if (isSkippable(word)) {
        offset += 8 + (await read(offset + 4, 4)).readUInt32LE(0);
        continue;
      }
      if (word !== magic) return nothingDeclared;
      offset += 4;
      const header = frameHeader((await read(offset, 1)).readUInt8(0));
      offset += header.sizeAt;
      const content = contentSize(await read(offset, header.sizeBytes), header.sizeBytes);
      offset += header.sizeBytes;
      bytes += content ?? 0;
      for (let last = false; !last; ) {
        const block = (await read(offset, 3)).readUIntLE(0, 3);
        const [kind, size] = [(block >>> 1) & 3, block >>> 3];
        // 3: reserved.
        if (kind === 3 || size > largestBlock) return nothingDeclared;
        last = (block & 1) === 1;
        offset += 3 + (kind === 1 ? 1 : size);
        if (content !== undefined) continue;
        if (kind === 2) exact = false;
        else bytes += size;
      }
      if (header.hasChecksum) offset += 4;
    }
    return offset === source.size ? { bytes, exact } : nothingDeclared;
  } catch (error) {
    if (error instanceof NoMore) return { bytes, exact: false };
    throw error;
  }
}
