import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Codec } from '../tools/decompress.ts';
import type { InitramfsFiles } from './reader.ts';

/** Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst: cpio archives ("newc"), each perhaps compressed, one after the other. */
const maxEntries = 200_000;
/** Tools put one or two in front. */
const maxArchives = 100;
/** Read at once. */
const window = 256 * 1024;

const codecOf = (head: Buffer): Codec | undefined => {
  const magic = head.subarray(0, 6).toString('hex');
  if (magic.startsWith('1f8b')) return 'gz';
  if (magic === 'fd377a585a00') return 'xz';
  if (magic.startsWith('28b52ffd')) return 'zstd';
  if (magic.startsWith('425a68')) return 'bzip2';
  if (magic.startsWith('02214c18') || magic.startsWith('04224d18')) return 'lz4';
  if (magic.startsWith('5d0000')) return 'lzma';
  return undefined;
};

const cpioMagic = new Set(['070701', '070702']);

/**
 * The names of all files in an initramfs; microcode archives in front are skipped over. Undefined when it has no form that a kernel knows.
 */
export const initramfsFiles = async (
  source: ByteSource,
  unpack: InitramfsFiles['unpack'],
): Promise<string[] | undefined> => {
  const names: string[] = [];
  let at = 0;
  let archives = 0;
  while (at < source.size) {
    const head = await source.read(at, window);
    const start = head.findIndex((byte) => byte !== 0);
    if (start < 0) {
      at += head.length;
      continue;
    }
    if (start > 0) {
      at += start;
      continue;
    }
    if (cpioMagic.has(head.subarray(0, 6).toString('latin1'))) {
      const end = ++archives > maxArchives ? undefined : await readCpio(source, at, names);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const codec = codecOf(head);
    if (!codec) return undefined;
    const unpacked = await unpack(at, codec);
    if (!unpacked || (await readCpio(unpacked, 0, names)) === undefined) return undefined;
    return names;
  }
  return names;
};

/** Where the archive ends; undefined when it is none, or has no end. Only headers and names are read. */
const readCpio = async (source: ByteSource, begin: number, names: string[]): Promise<number | undefined> => {
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
  const padded = (value: number): number => Math.ceil(value / 4) * 4;
  while (names.length < maxEntries) {
    const header = (await bytes(at, 110)).toString('latin1');
    if (header.length < 110 || !cpioMagic.has(header.slice(0, 6))) return undefined;
    const size = Number.parseInt(header.slice(54, 62), 16);
    const nameSize = Number.parseInt(header.slice(94, 102), 16);
    if (!(nameSize > 0 && nameSize < 4096) || !(size >= 0)) return undefined;
    const name = (await bytes(at + 110, nameSize)).toString('utf8').split('\0', 1)[0] ?? '';
    // Names are padded from the start of the header, data from its own start; both lie on multiples of four.
    at += padded(110 + nameSize) + padded(size);
    if (name === 'TRAILER!!!') return at;
    names.push(name);
  }
  return undefined;
};
