import type { Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';

/** The wrappers around a disk, for the owner of a source and for the detector behind the door. */

/** `pieces`: a member of an archive, with its headers, that tar puts together: it is stored without its holes (sparse), or in chunks. */
export type Compression = 'gz' | 'xz' | 'zstd' | 'bzip2' | 'pieces';

/**
 * The first `bytes` of a compressed stream, decompressed; fewer if the stream is shorter. Does not throw for damaged streams: it returns the output up to the
 * damage. `exceeds`: a decompressor needs more memory than its limit (`decompressorBounds`).
 */
export type PeekLayer = (
  kind: Compression,
  source: ByteSource,
  bytes: number,
  signal: AbortSignal | undefined,
) => Promise<Buffer | 'exceeds'>;

export type AdmitOptions = {
  allowIso: boolean;
  /** Bytes that the guest may see. */
  maxVirtualBytes: number;
  /** Bytes of the source itself. */
  maxUploadBytes?: number;
  /** `around`: the layers around the source, outermost first. */
  peek: (...args: [...Parameters<PeekLayer>, around: readonly Layer[]]) => ReturnType<PeekLayer>;
  signal?: AbortSignal;
};

/** Finds the compression by the first bytes: RFC 1952, the .xz file format 2.1.1.1, RFC 8878 3.1.1, bzip2 1.0. */
export function findCompression(head: Buffer): Exclude<Compression, 'pieces'> | undefined {
  const starts = (...bytes: number[]): boolean => head.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (starts(0x1f, 0x8b, 0x08)) return 'gz';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (isZstd(head)) return 'zstd';
  if (/^BZh[1-9]1AY&SY/.test(head.subarray(0, 10).toString('latin1'))) return 'bzip2';
  return undefined;
}

const zstdMagic = 0xfd2f_b528;
const mostSkipped = 16;

/**
 * RFC 8878 3.1.1, 3.1.2: skippable frames may come first, as pzstd writes them. LZ4 has the same frames, so the next frame decides. If `head` does not contain
 * it, it counts as zstd, because nothing else begins so.
 */
function isZstd(head: Buffer): boolean {
  let at = 0;
  for (let skipped = 0; skipped <= mostSkipped && at + 4 <= head.length; skipped++) {
    const word = head.readUInt32LE(at);
    if (word >>> 4 !== 0x184d2a5) return word === zstdMagic;
    if (at + 8 > head.length) return false;
    at += 8 + head.readUInt32LE(at + 4);
  }
  return at > 0 && at + 4 > head.length;
}

/** The disk's own bytes, if no compressed layer is around it. */
export function diskSource(source: ByteSource, layers: readonly Layer[]): ByteSource {
  return layers.filter(({ kind }) => kind === 'tar').reduce(toMember, source);
}

/** A file in an archive. */
export function toMember(source: ByteSource, { offset = 0, size = 0 }: Layer): ByteSource {
  return {
    size,
    read: (from, length, signal) =>
      from >= size
        ? Promise.resolve(Buffer.alloc(0))
        : source.read(offset + from, Math.min(length, size - from), signal),
  };
}

/** The place of the innermost file of all archives, in bytes of the source; the whole source if there is no archive. */
export function memberPart(layers: readonly Layer[], size: number): { offset: number; size: number } {
  return layers
    .filter(({ kind }) => kind === 'tar')
    .reduce(
      (outer, { offset = 0, size: own = 0 }) => ({
        offset: outer.offset + offset,
        size: Math.max(0, Math.min(own, outer.size - offset)),
      }),
      { offset: 0, size },
    );
}
