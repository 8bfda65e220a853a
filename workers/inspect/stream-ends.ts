import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Codec } from '../tools/decompress.ts';

/** Finds the end of a compressed stream that begins at an offset: the offset behind it. Undefined if the end cannot be found, or the stream has none. */
export type FindEnd = (source: ByteSource, begin: number) => Promise<number | undefined>;

const chunk = 1024 ** 2;

async function* bytesFrom(source: ByteSource, begin: number): AsyncGenerator<Buffer> {
  for (let at = begin; at < source.size; ) {
    const bytes = await source.read(at, chunk);
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

/** RFC 1952: a header of ten bytes and what its flags announce, then deflate, which says itself where it ends, then eight bytes. */
const gzipEnd: FindEnd = async (source, begin) => {
  const head = await source.read(begin, 64 * 1024);
  const flags = head[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (head.length >= at + 2 ? head.readUInt16LE(at) : 0);
  for (const named of [8, 16]) {
    if (!(flags & named)) continue;
    const end = head.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if (flags & 2) at += 2;
  const input = Readable.from(bytesFrom(source, begin + at));
  const inflate = createInflateRaw();
  input.on('error', (error) => inflate.destroy(error)).pipe(inflate);
  try {
    for await (const _ of inflate);
  } catch {
    return undefined;
  } finally {
    input.destroy();
  }
  const end = begin + at + inflate.bytesWritten + 8;
  return end <= source.size ? end : undefined;
};

/** The .xz file format, 2.1.2: twelve bytes at a multiple of four, with a checksum of the flags that the header has as well, then "YZ". */
const xzEnd: FindEnd = async (source, begin) => {
  const flags = (await source.read(begin + 6, 2)).toString('hex');
  let held: Buffer = Buffer.alloc(0);
  let base = begin;
  for await (const bytes of bytesFrom(source, begin)) {
    held = Buffer.concat([held, bytes]);
    for (let at = held.indexOf('YZ', 10); at >= 0; at = held.indexOf('YZ', at + 1)) {
      const footer = held.subarray(at - 10, at);
      const isFooter =
        (base + at + 2 - begin) % 4 === 0 &&
        footer.toString('hex', 8) === flags &&
        footer.readUInt32LE(0) === crc32(footer.subarray(4));
      if (isFooter) return base + at + 2;
    }
    const kept = held.subarray(Math.max(0, held.length - 11));
    base += held.length - kept.length;
    held = kept;
  }
  return undefined;
};

/** RFC 8878, 3.1: a frame is a header, then blocks that say how long they are, of which one says that it is the last, then a checksum. */
const zstdEnd: FindEnd = async (source, begin) => {
  const head = await source.read(begin, 5);
  if (head.length < 5) return undefined;
  const descriptor = head.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = begin + 5 + (isSingle ? 0 : 1) + dictionary + content;
  for (;;) {
    const header = await source.read(at, 3);
    if (header.length < 3) return undefined;
    const block = header.readUIntLE(0, 3);
    const kind = (block >> 1) & 3;
    if (kind === 3) return undefined;
    at += 3 + (kind === 1 ? 1 : block >> 3);
    if ((block & 1) === 0) continue;
    const end = at + (descriptor & 4 ? 4 : 0);
    return end <= source.size ? end : undefined;
  }
};

const lz4Legacy = 0x184c2102;
/** The compressed size of eight MiB that cannot be made smaller. */
const mostOfLz4Block = 8 * 1024 ** 2 + Math.ceil((8 * 1024 ** 2) / 255) + 16;

/** lz4_Frame_format.md, "Legacy frame", the only one that kernels read: blocks with their size in front; a size of zero is padding. lib/decompress_unlz4.c */
const lz4End: FindEnd = async (source, begin) => {
  let at = begin;
  for (;;) {
    const head = await source.read(at, 4);
    if (head.length < 4) return at === begin ? undefined : at;
    const size = head.readUInt32LE();
    if (size === lz4Legacy) at += 4;
    else if (at === begin) return undefined;
    else if (size === 0 || size > mostOfLz4Block || at + 4 + size > source.size) return at;
    else at += 4 + size;
  }
};

/** The codecs whose end we can find without a decompressor. */
export const streamEnds: Readonly<Partial<Record<Codec, FindEnd>>> = {
  gz: gzipEnd,
  xz: xzEnd,
  zstd: zstdEnd,
  lz4: lz4End,
};
