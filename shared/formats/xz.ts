import type { ByteSource } from '../ports/byte-source.ts';
import { crc32 } from './crc32.ts';
import { type DeclaredSize, nothingDeclared } from './declared-size.ts';

/** The .xz file format, version 1.2.1: https://tukaani.org/xz/xz-file-format.txt. Each stream ends with an index of its blocks and a footer that says where it begins. */

const KiB = 1024;
const headerBytes = 12;
/** An index of two million blocks; xz itself makes one a stream, with threads one for 24 MiB at -6. */
const largestIndex = 8 * KiB * KiB;
/** Each costs four reads. */
const mostStreams = 32;
const mostPadding = 64 * KiB;

/** 1.2: seven bits a byte, the lowest first; nine bytes at most, and no zero at the end. @returns the next place; undefined if the number is not valid */
function multibyte(bytes: Buffer, from: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[from + index];
    if (byte === undefined || (byte === 0 && index > 0)) return undefined;
    // Beyond 2^53 it is no longer exact, and larger than any limit.
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: from + index + 1 };
  }
  return undefined;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** 4: the sizes of the blocks in the file and after decompression; undefined if the index is not sound. */
function addUp(index: Buffer): { packed: number; plain: number } | undefined {
  const end = index.length - 4;
  if (index[0] !== 0 || crc32(index.subarray(0, end)) !== index.readUInt32LE(end)) return undefined;
  const count = multibyte(index, 1);
  if (!count) return undefined;
  const sum = { packed: 0, plain: 0 };
  let at = count.next;
  for (let record = 0; record < count.value; record++) {
    const packed = multibyte(index, at);
    const plain = packed && multibyte(index, packed.next);
    if (!plain || plain.next > end) return undefined;
    sum.packed += roundUp(packed.value);
    sum.plain += plain.value;
    at = plain.next;
  }
  return roundUp(at) === end && index.subarray(at, end).every((byte) => byte === 0) ? sum : undefined;
}

/** 2.1.1: magic, flags, their sum. */
function isHeader(header: Buffer, flags: Buffer): boolean {
  return (
    header.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])) &&
    header.subarray(6, 8).equals(flags) &&
    crc32(flags) === header.readUInt32LE(8)
  );
}

/** The stream that ends here: its start, and the size of its contents. */
async function streamBefore(source: ByteSource, end: number): Promise<{ begin: number; plain: number } | undefined> {
  // 2.1.2: sum of what follows, size of the index in units of four bytes less one, flags, magic.
  const footer = await source.read(end - headerBytes, headerBytes);
  if (footer.toString('latin1', 10) !== 'YZ' || crc32(footer.subarray(4, 10)) !== footer.readUInt32LE(0))
    return undefined;
  const indexBytes = (footer.readUInt32LE(4) + 1) * 4;
  const indexAt = end - headerBytes - indexBytes;
  if (indexAt < headerBytes || indexBytes > largestIndex || indexBytes < 8) return undefined;
  const sum = addUp(await source.read(indexAt, indexBytes));
  if (!sum) return undefined;
  const begin = indexAt - sum.packed - headerBytes;
  if (begin < 0 || !isHeader(await source.read(begin, headerBytes), footer.subarray(8, 10))) return undefined;
  return { begin, plain: sum.plain };
}

/** 2.2: zeros between streams and after the last, a multiple of four. @returns where the stream before them ends */
async function withoutPadding(source: ByteSource, end: number): Promise<number> {
  const from = Math.max(0, end - mostPadding);
  const bytes = await source.read(from, end - from);
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return end - Math.floor((bytes.length - length) / 4) * 4;
}

/** Goes from the last stream to the first. An unsound stream says nothing about the data before it. */
export async function xzSize(source: ByteSource): Promise<DeclaredSize> {
  let bytes = 0;
  let end = source.size;
  for (let streams = 0; streams < mostStreams; streams++) {
    end = await withoutPadding(source, end);
    const stream = end < 2 * headerBytes + 8 ? undefined : await streamBefore(source, end);
    // A file with one stream that is not sound is not sound.
    if (!stream) return nothingDeclared;
    bytes += stream.plain;
    end = stream.begin;
    if (end === 0) return { bytes, exact: true };
  }
  return { bytes, exact: false };
}
