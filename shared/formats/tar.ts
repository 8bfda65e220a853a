import type { Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type FormatResult, headBytes, refusal, Truncated } from './format.ts';
import { compressionOf } from './layers.ts';
import { inspectRaw } from './raw.ts';
import { formats } from './table.ts';

/**
 * An OVA is a tar (DMTF DSP0243, 5.3) with a descriptor, perhaps a manifest, and disks. Nothing is ever unpacked by name: the
 * one disk is read where it lies. Links, sparse members and devices are nobody's disk. Source: POSIX.1-2017 pax, GNU tar manual.
 */
const block = 512;
const maxMembers = 1000;
const companions = /\.(ovf|mf|cert|nvram|xml|txt|md|json|pem|sha\d+|md5)$/i;

export const isTar = (head: Buffer): boolean =>
  head.length >= block &&
  head.subarray(257, 262).toString('latin1') === 'ustar' &&
  checksumOf(head) === octal(head, 148, 8);

const checksumOf = (header: Buffer): number => {
  let sum = 8 * 32;
  for (let index = 0; index < block; index++) if (index < 148 || index >= 156) sum += header[index] ?? 0;
  return sum;
};

/** Octal digits, or base-256 when the first bit is set (GNU, for 8 GiB and more). */
const octal = (header: Buffer, at: number, length: number): number => {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f);
  }
  const digits = field.toString('latin1').replaceAll(/[\0 ]/g, '');
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
};

const text = (bytes: Buffer): string => bytes.toString('utf8').split('\0', 1)[0] ?? '';

type Member = { name: string; offset: number; size: number };

export const findDisk = async (source: ByteSource): Promise<{ layer: Layer } | FormatResult> => {
  const members: Member[] = [];
  let isSparse = false;
  let longName: string | undefined;
  let longSize: number | undefined;
  let at = 0;
  for (let count = 0; at + block <= source.size; count++) {
    if (count > maxMembers) return refusal('ova-members', { limit: maxMembers });
    const header = await exactly(source, at, block);
    if (header.every((byte) => byte === 0)) break;
    const declared = octal(header, 124, 12);
    if (checksumOf(header) !== octal(header, 148, 8) || !Number.isSafeInteger(declared)) {
      return refusal('damaged-header', { format: 'tar', field: `header at ${at}` });
    }
    const type = String.fromCharCode(header[156] ?? 0);
    const size = longSize ?? declared;
    const offset = at + block;
    if (type === 'L' || type === 'x' || type === 'g') {
      if (declared > 64 * 1024) return refusal('damaged-header', { format: 'tar', field: 'extended header' });
      const body = await exactly(source, offset, declared);
      if (type === 'L') longName = text(body);
      if (type === 'x') ({ path: longName = longName, size: longSize = longSize, isSparse } = pax(body));
      at = offset + Math.ceil(declared / block) * block;
      continue;
    }
    const prefix = text(header.subarray(345, 500));
    const short = text(header.subarray(0, 100));
    const name = longName ?? (prefix && header[257] ? `${prefix}/${short}` : short);
    // The bytes are not the member's: a map of its holes comes first, or stands in the header.
    if (type === 'S' || isSparse) return refusal('ova-member-kind', { member: clean(name) });
    if ((type === '0' || type === '\0' || type === '7') && size > 0) {
      if (offset + size > source.size) throw new Truncated('member');
      members.push({ name: clean(name), offset, size });
    }
    const hasBody = type === '0' || type === '\0' || type === '7';
    at = offset + (hasBody ? Math.ceil(size / block) * block : 0);
    longName = undefined;
    longSize = undefined;
    isSparse = false;
  }
  const disks = await disksAmong(source, members);
  const [disk, ...others] = disks;
  if (!disk) return refusal('ova-no-disk');
  if (others.length > 0) {
    return refusal('ova-several-disks', {
      count: disks.length,
      names: disks
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 200),
    });
  }
  return { layer: { kind: 'tar', member: disk.name, offset: disk.offset, size: disk.size } };
};

/** Content decides: a member that any reader would take for a disk is one, whatever it is called (security review, L4). */
const disksAmong = async (source: ByteSource, members: readonly Member[]): Promise<Member[]> => {
  const disks: Member[] = [];
  const media: Member[] = [];
  for (const member of members) {
    const content = await contentOf(source, member);
    if (content === 'medium') media.push(member);
    else if (content === 'disk' || (content === 'nothing known' && !companions.test(member.name))) disks.push(member);
  }
  // Machines are exported with the CD that was in their drive.
  return disks.length > 0 ? disks : media;
};

const contentOf = async (
  source: ByteSource,
  { offset, size }: Member,
): Promise<'disk' | 'medium' | 'side file' | 'nothing known'> => {
  const head = await exactly(source, offset, Math.min(size, headBytes));
  const tail = await exactly(source, offset + Math.max(0, size - block), Math.min(size, block));
  const matching = formats.filter((format) => format.matches(head, tail));
  if (matching.length > 0) return matching.every(({ name }) => name === 'iso') ? 'medium' : 'disk';
  // What macOS puts beside each file: AppleDouble (RFC 1740, appendix A), and a folder's .DS_Store.
  if (head.length > 8 && (head.readUInt32BE(0) === 0x0005_1607 || head.subarray(4, 8).toString('latin1') === 'Bud1')) {
    return 'side file';
  }
  if (compressionOf(head)) return 'disk';
  const member: ByteSource = { size, read: (at, length) => source.read(offset + at, Math.min(length, size - at)) };
  // Damaged, or cut off: a disk all the same.
  const isRaw = await inspectRaw(member, head).then(Boolean, () => true);
  return isRaw ? 'disk' : 'nothing known';
};

/** Records of an extended header, "LENGTH KEY=VALUE\n". Source: POSIX.1-2017 pax; GNU tar manual, "Storing Sparse Files". */
const pax = (body: Buffer): { path?: string; size?: number; isSparse: boolean } => {
  const found: { path?: string; size?: number; isSparse: boolean } = { isSparse: false };
  for (const record of body.toString('utf8').split('\n')) {
    const [, key = '', value = ''] = /^\d{1,10} ([^=]{1,200})=(.*)$/.exec(record) ?? [];
    if (key === 'path' && value) found.path = value;
    if (key === 'size' && /^\d{1,15}$/.test(value)) found.size = Number(value);
    // Versions 0.0, 0.1 and 1.0 of GNU's, and Solaris' own.
    if (key.startsWith('GNU.sparse.') || key === 'SUN.holesdata') found.isSparse = true;
  }
  return found;
};

/** Member names are the uploader's text. */
const clean = (name: string): string => name.replaceAll(/\p{Cc}/gu, '?').slice(0, 120);
