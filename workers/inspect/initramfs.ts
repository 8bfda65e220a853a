import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Codec } from '../tools/decompress.ts';
import type { InitramfsFiles } from './reader.ts';
import { streamEnds } from './stream-ends.ts';

/** Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst: cpio archives ("newc") and compressed streams of such, in any order, with zeros in between. */
const maxEntries = 200_000;
/** Archives and streams. Tools put one or two in front; images are made of some ten. */
const mostParts = 100;
/** Read at once. */
const window = 256 * 1024;
const headLength = 6;

function readCodec(head: Buffer): Codec | undefined {
  const magic = head.toString('hex', 0, headLength);
  if (magic.startsWith('1f8b')) return 'gz';
  if (magic === 'fd377a585a00') return 'xz';
  if (magic.startsWith('28b52ffd')) return 'zstd';
  if (magic.startsWith('425a68')) return 'bzip2';
  if (magic.startsWith('02214c18') || magic.startsWith('04224d18')) return 'lz4';
  if (magic.startsWith('5d0000')) return 'lzma';
  return undefined;
}

const cpioMagic = new Set(['070701', '070702']);

export type InitramfsNames = {
  /** The names of all files, including the microcode in front. */
  names: string[];
  /** Whether the names are complete. A missing name may be in the part that could not be read. */
  whole: boolean;
};

/** Programs that complain about data behind the stream that they read. bzip2 and lz4 may not. */
const complains: ReadonlySet<Codec> = new Set(['gz', 'xz', 'zstd', 'lzma']);

/** The names of all files in an initramfs. Undefined when nothing of it has a form that a kernel knows. */
export async function initramfsFiles(
  source: ByteSource,
  unpack: InitramfsFiles['unpack'],
): Promise<InitramfsNames | undefined> {
  const names: string[] = [];
  const partly = (): InitramfsNames | undefined => (names.length > 0 ? { names, whole: false } : undefined);
  let at = 0;
  for (let parts = 0; parts <= mostParts; parts++) {
    at = await skipZeros(source, at);
    if (at >= source.size) return { names, whole: true };
    const head = await source.read(at, headLength);
    if (isCpio(head)) {
      const end = await readCpio(source, at, names);
      if (end === undefined) return partly();
      at = end;
      continue;
    }
    const codec = readCodec(head);
    if (!codec) return partly();
    // If the tool reads to the end of the file, it finds all that follows. Otherwise it reads only the bytes that it gets.
    const rest = complains.has(codec) ? await unpack(at, codec) : undefined;
    if (rest?.whole) return (await readArchives(rest.bytes, names)) ? { names, whole: true } : partly();
    const end = await streamEnds[codec]?.(source, at);
    const stream = end === undefined ? (rest ?? (await unpack(at, codec))) : await unpack(at, codec, end - at);
    const read = stream !== undefined && (await readArchives(stream.bytes, names));
    if (!read || end === undefined) return partly();
    at = end;
  }
  return partly();
}

function isCpio(head: Buffer): boolean {
  return cpioMagic.has(head.toString('latin1', 0, 6));
}

/** Where the padding ends. */
async function skipZeros(source: ByteSource, begin: number): Promise<number> {
  for (let at = begin; at < source.size; ) {
    const bytes = await source.read(at, window);
    if (bytes.length === 0) return source.size;
    const start = bytes.findIndex((byte) => byte !== 0);
    if (start >= 0) return at + start;
    at += bytes.length;
  }
  return source.size;
}

/** Reads one archive after the other, with zeros in between, to the end; false if other data follows. */
async function readArchives(source: ByteSource, names: string[]): Promise<boolean> {
  for (let at = 0, archives = 0; ; archives++) {
    at = await skipZeros(source, at);
    if (at >= source.size) return archives > 0;
    const end = archives < mostParts ? await readCpio(source, at, names) : undefined;
    if (end === undefined) return false;
    at = end;
  }
}

/** Finds the end of the archive; undefined if it is not an archive, or has no end. Reads only headers and names. */
async function readCpio(source: ByteSource, begin: number, names: string[]): Promise<number | undefined> {
  let at = begin;
  let held: Buffer = Buffer.alloc(0);
  let base = 0;
  const bytes = async (offset: number, length: number): Promise<Buffer> => {
    if (offset < base || offset + length > base + held.length) {
      base = offset;
      held = await source.read(offset, Math.max(length, window));
    }
    return held.subarray(offset - base, offset - base + length);
  };
  const padToFour = (value: number): number => Math.ceil(value / 4) * 4;
  while (names.length < maxEntries) {
    const header = (await bytes(at, 110)).toString('latin1');
    if (header.length < 110 || !cpioMagic.has(header.slice(0, 6))) return undefined;
    const size = Number.parseInt(header.slice(54, 62), 16);
    const nameSize = Number.parseInt(header.slice(94, 102), 16);
    if (!(nameSize > 0 && nameSize < 4096) || !(size >= 0)) return undefined;
    const name = (await bytes(at + 110, nameSize)).toString('utf8').split('\0', 1)[0] ?? '';
    // Names are padded from the start of the header, data from its own start; both are at multiples of four.
    at += padToFour(110 + nameSize) + padToFour(size);
    if (name === 'TRAILER!!!') return at;
    names.push(name);
  }
  return undefined;
}
