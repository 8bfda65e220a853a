import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type FormatResult, refusal, Truncated } from './format.ts';

/**
 * Reads the members of a tar archive, header by header. Nothing is ever unpacked by name. Source: POSIX.1-2017 pax, ustar; GNU tar manual, "Storing Sparse
 * Files".
 */
const block = 512;
const maxMembers = 1000;
const mostOfName = 64 * 1024;
/** Versions 0.0 and 0.1 of GNU's sparse form have the map of a disk in it: some twenty bytes for each piece. */
const mostOfRecords = 1024 * 1024;

/** A regular file in an archive. */
export type Member = {
  /** The uploader's text, cleaned. */
  name: string;
  /** The offset of its first header, including extended ones, and the offset of the next member's. */
  begin: number;
  end: number;
  /** Its bytes; of a sparse one what is stored of them. */
  offset: number;
  size: number;
  /** It is stored without its holes. The header declares this size for the unpacked file. */
  sparse?: { size: number };
};

export function isTar(head: Buffer): boolean {
  return (
    head.length >= block &&
    head.subarray(257, 262).toString('latin1') === 'ustar' &&
    computeChecksum(head) === octal(head, 148, 8)
  );
}

function computeChecksum(header: Buffer): number {
  let sum = 8 * 32;
  for (let index = 0; index < block; index++) if (index < 148 || index >= 156) sum += header[index] ?? 0;
  return sum;
}

/** Octal digits, or base-256 when the first bit is set (GNU, for 8 GiB and more). */
function octal(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f);
  }
  const digits = field.toString('latin1').replaceAll(/[\0 ]/g, '');
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
}

function text(bytes: Buffer): string {
  return bytes.toString('utf8').split('\0', 1)[0] ?? '';
}
function padToBlock(bytes: number): number {
  return Math.ceil(bytes / block) * block;
}
function refuseDamaged(field: string): FormatResult {
  return refusal('damaged-header', { format: 'tar', field });
}

/** The values that extended headers set for the next member. */
type Extended = {
  path?: string;
  size?: number;
  /** GNU's sparse forms: the real name and size. */
  sparse?: { name?: string; size?: number };
  /** A form that is not read. */
  unknownSparse?: boolean;
};

/** All regular files that are not empty, in their order. Throws Truncated. */
export async function readMembers(source: ByteSource): Promise<Member[] | FormatResult> {
  const members: Member[] = [];
  let extended: Extended = {};
  let begin: number | undefined;
  let at = 0;
  for (let count = 0; at + block <= source.size; count++) {
    if (count > maxMembers) return refusal('ova-members', { limit: maxMembers });
    const header = await exactly(source, at, block);
    if (header.every((byte) => byte === 0)) break;
    const declared = octal(header, 124, 12);
    if (computeChecksum(header) !== octal(header, 148, 8) || !Number.isSafeInteger(declared)) {
      return refuseDamaged(`header at ${at}`);
    }
    begin ??= at;
    const type = String.fromCharCode(header[156] ?? 0);
    const offset = at + block;
    if (type === 'L' || type === 'x' || type === 'g') {
      if (declared > (type === 'L' ? mostOfName : mostOfRecords)) return refuseDamaged('extended header');
      const body = await exactly(source, offset, declared);
      if (type === 'L') extended.path = text(body);
      if (type === 'x') extended = { ...extended, ...readRecords(body) };
      at = offset + padToBlock(declared);
      continue;
    }
    const name = cleanName(extended.sparse?.name ?? extended.path ?? nameIn(header));
    const isSparse = extended.sparse !== undefined || type === 'S';
    if (extended.unknownSparse) return refusal('ova-member-kind', { member: name });
    const size = extended.size ?? declared;
    const isFile = type === '0' || type === '\0' || type === '7' || type === 'S';
    const dataAt = type === 'S' ? await behindOldMap(source, header, offset) : offset;
    if (dataAt === undefined) return refuseDamaged('map of a sparse member');
    const end = isFile ? dataAt + padToBlock(size) : offset;
    if (isFile && (size > 0 || isSparse)) {
      if (dataAt + size > source.size) throw new Truncated('member');
      const real = type === 'S' ? octal(header, 483, 12) : extended.sparse?.size;
      if (isSparse && !Number.isSafeInteger(real)) return refuseDamaged('size of a sparse member');
      members.push({
        name,
        begin,
        end: Math.min(end, source.size),
        offset: dataAt,
        size,
        ...(isSparse ? { sparse: { size: real as number } } : {}),
      });
    }
    at = end;
    extended = {};
    begin = undefined;
  }
  return members;
}

function nameIn(header: Buffer): string {
  const prefix = text(header.subarray(345, 500));
  const short = text(header.subarray(0, 100));
  // GNU's own form has other fields in this place.
  const isPosix = header.subarray(257, 263).toString('latin1') === 'ustar\0';
  return prefix && isPosix ? `${prefix}/${short}` : short;
}

const mapPiece = 64 * 1024;

/**
 * GNU's old form has the rest of its map in blocks behind the header; a byte of each says whether another follows. Undefined if the map is longer than any other form
 * may have it: each of its blocks would be one more read.
 */
async function behindOldMap(source: ByteSource, header: Buffer, offset: number): Promise<number | undefined> {
  if (header[482] === 0) return offset;
  for (let at = offset; at < offset + mostOfRecords; ) {
    const piece = await exactly(source, at, Math.min(mapPiece, Math.floor((source.size - at) / block) * block));
    if (piece.length === 0) throw new Truncated('map');
    for (let end = block; end <= piece.length; end += block) if (piece[end - 8] === 0) return at + end;
    at += piece.length;
  }
  return undefined;
}

/** Records of an extended header, "LENGTH KEY=VALUE\n". */
function readRecords(body: Buffer): Extended {
  const found: Extended = {};
  const sparse = (more: Extended['sparse']): void => {
    found.sparse = { ...found.sparse, ...more };
  };
  for (const record of body.toString('utf8').split('\n')) {
    const [, key = '', value = ''] = /^\d{1,10} ([^=]{1,200})=(.*)$/.exec(record) ?? [];
    const number = /^\d{1,15}$/.test(value) ? Number(value) : undefined;
    if (key === 'path' && value) found.path = value;
    else if (key === 'size' && number !== undefined) found.size = number;
    else if (key === 'GNU.sparse.name' && value) sparse({ name: value });
    // Versions 0.0 and 0.1 call it size, version 1.0 realsize.
    else if (key === 'GNU.sparse.size' || key === 'GNU.sparse.realsize') sparse({ size: number ?? Number.NaN });
    else if (key.startsWith('GNU.sparse.')) sparse({});
    // Solaris' own.
    else if (key === 'SUN.holesdata') found.unknownSparse = true;
  }
  return found;
}

/** Names are shown, and saved where no control characters may be. */
export function cleanName(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '?').slice(0, 120);
}
