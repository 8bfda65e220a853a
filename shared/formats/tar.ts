import type { Layer } from '../contracts/run.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { exactly, type FormatResult, refusal, Truncated } from './format.ts';

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
  const disks: Member[] = [];
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
      if (type === 'x') ({ path: longName = longName, size: longSize = longSize } = pax(body));
      at = offset + Math.ceil(declared / block) * block;
      continue;
    }
    const prefix = text(header.subarray(345, 500));
    const short = text(header.subarray(0, 100));
    const name = longName ?? (prefix && header[257] ? `${prefix}/${short}` : short);
    if (type === 'S') return refusal('ova-member-kind', { member: clean(name) });
    if ((type === '0' || type === '\0' || type === '7') && size > 0 && !companions.test(name)) {
      if (offset + size > source.size) throw new Truncated('member');
      disks.push({ name: clean(name), offset, size });
    }
    const hasBody = type === '0' || type === '\0' || type === '7';
    at = offset + (hasBody ? Math.ceil(size / block) * block : 0);
    longName = undefined;
    longSize = undefined;
  }
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

const pax = (body: Buffer): { path?: string; size?: number } => {
  const found: { path?: string; size?: number } = {};
  for (const record of body.toString('utf8').split('\n')) {
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/.exec(record) ?? [];
    if (key === 'path' && value) found.path = value;
    if (key === 'size' && value && /^\d{1,15}$/.test(value)) found.size = Number(value);
  }
  return found;
};

/** Member names are the uploader's text. */
const clean = (name: string): string => name.replaceAll(/\p{Cc}/gu, '?').slice(0, 120);
