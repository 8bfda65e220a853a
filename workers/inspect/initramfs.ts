import { rm } from 'node:fs/promises';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { type Codec, decompressTo } from '../tools/decompress.ts';
import { openFileSource } from '../tools/file-source.ts';

/** Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst: cpio archives ("newc"), each perhaps compressed, one after the other. */
const maxUnpacked = 2 * 1024 ** 3;
const maxEntries = 200_000;

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
 * The names of all files in an initramfs; microcode archives in front are skipped over. Nothing is unpacked but into `scratch`,
 * a file that is removed again. Undefined when it has no form that a kernel knows.
 */
export const initramfsFiles = async (
  source: ByteSource,
  scratch: string,
  signal: AbortSignal,
): Promise<string[] | undefined> => {
  const names: string[] = [];
  let at = 0;
  while (at < source.size) {
    const head = await source.read(at, 4096, signal);
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
      const end = await readCpio(source, at, names, signal);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const codec = codecOf(head);
    if (!codec) return undefined;
    const rest: ByteSource = {
      size: source.size - at,
      read: (offset, length) => source.read(at + offset, length, signal),
    };
    try {
      const options = { maxBytes: maxUnpacked, onPercent: () => undefined, signal };
      // A trailer or padding behind the stream makes the tool complain at its end; what it gave until then counts.
      const outcome = await decompressTo(rest, codec, scratch, options);
      if ('refused' in outcome && outcome.refused === 'decompressed-too-large') return undefined;
      const file = await openFileSource(scratch);
      try {
        if (file.size === 0 || (await readCpio(file, 0, names, signal)) === undefined) return undefined;
      } finally {
        await file.close();
      }
    } finally {
      await rm(scratch, { force: true });
    }
    return names;
  }
  return names;
};

/** Where the archive ends; undefined when it is none, or has no end. Only headers and names are read. */
const readCpio = async (
  source: ByteSource,
  begin: number,
  names: string[],
  signal: AbortSignal,
): Promise<number | undefined> => {
  let at = begin;
  let window: Buffer = Buffer.alloc(0);
  let base = 0;
  const bytes = async (offset: number, length: number): Promise<Buffer> => {
    if (offset < base || offset + length > base + window.length) {
      base = offset;
      window = await source.read(offset, Math.max(length, 256 * 1024), signal);
    }
    return window.subarray(offset - base, offset - base + length);
  };
  const padded = (value: number): number => Math.ceil(value / 4) * 4;
  while (names.length < maxEntries) {
    const header = (await bytes(at, 110)).toString('latin1');
    if (header.length < 110 || !cpioMagic.has(header.slice(0, 6))) return undefined;
    const size = Number.parseInt(header.slice(54, 62), 16);
    const nameSize = Number.parseInt(header.slice(94, 102), 16);
    if (!(nameSize > 0 && nameSize < 4096) || !(size >= 0)) return undefined;
    const name = (await bytes(at + 110, nameSize)).toString('utf8').replace(/\0+$/, '');
    // Names are padded from the start of the header, data from its own start; both lie on multiples of four.
    at += padded(110 + nameSize) + padded(size);
    if (name === 'TRAILER!!!') return at;
    names.push(name);
  }
  return undefined;
};
