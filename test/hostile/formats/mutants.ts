import type { DiskFormat } from '../../../shared/formats/facts.ts';
import { probedAsBochs, probedAsCloop, probedAsQcow, probedAsVdi, probedAsVmdk } from '../readings.ts';
import type { Base } from './base-images.ts';

/** Bent images by number: the same number gives the same image on every machine with the same tools. */

export type Mutant = { name: string; format: DiskFormat; bytes: Buffer };

/** Files of the host that an image may name; opened by nobody, or the image must have been refused. */
export const canary = { absolute: '/canary/secret', relative: 'secret' };

export type Random = { below(limit: number): number; of<T>(choices: readonly T[]): T; chance(share: number): boolean };

/** Mulberry32, public domain: small, and the same everywhere. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, of: (choices) => choices[below(choices.length)] as never, chance: (share) => next() < share };
}

type Bend = (bytes: Buffer, random: Random, base: Base, bases: readonly Base[]) => Buffer;

/** Where structures lie: the beginning, the end, and whatever is not zero. */
function place(bytes: Buffer, random: Random): number {
  const within = random.below(10);
  if (within < 5) return random.below(Math.min(bytes.length, 1024));
  if (within < 6) return Math.max(0, bytes.length - 1 - random.below(1536));
  let at = random.below(bytes.length);
  for (let steps = 0; steps < 200_000 && bytes[at] === 0; steps++) at = (at + 1) % bytes.length;
  return at;
}

const flip: Bend = (bytes, random) => {
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = place(bytes, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  }
  return bytes;
};

const numbers = [0n, 1n, 2n, 0x7fff_ffffn, 0xffff_fffen, 0xffff_ffffn, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n];

/** A field of 2, 4 or 8 bytes, aligned as headers have them, becomes a number at an edge. */
const field: Bend = (bytes, random) => {
  for (let count = 1 + random.below(2); count > 0; count--) {
    const width = random.of([2, 4, 8]);
    const at = Math.min(place(bytes, random) & ~3, bytes.length - 8);
    const size = BigInt(bytes.length);
    const value = BigInt.asUintN(
      width * 8,
      random.of([...numbers, size, size - 1n, size / 512n, size / 512n + 1n, BigInt(random.below(4096))]),
    );
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(value);
    const part = field.subarray(0, width);
    (random.chance(0.5) ? part : part.reverse()).copy(bytes, at);
  }
  return bytes;
};

const cut: Bend = (bytes, random) => {
  const end = random.of([
    random.below(bytes.length),
    place(bytes, random),
    random.below(bytes.length) & ~511,
    bytes.length - 1 - random.below(Math.min(bytes.length - 1, 2048)),
    random.of([1, 4, 64, 72, 104, 511, 512, 513, 1024, 1536]),
  ]);
  return bytes.subarray(0, Math.min(end, bytes.length));
};

const grow: Bend = (bytes, random) =>
  Buffer.concat([bytes, Buffer.alloc(random.of([1, 511, 512, 1024, 65_536]), random.of([0, 0xff, 'conectix']))]);

const beginnings = [
  () => probedAsVmdk(canary.absolute),
  () => probedAsVmdk(canary.relative),
  () => Buffer.concat([Buffer.from('# a\n \n  \r\n'), probedAsVmdk(canary.absolute)]),
  probedAsBochs,
  probedAsCloop,
  probedAsQcow,
  probedAsVdi,
  () => Buffer.from('QED\0', 'latin1'),
  () => Buffer.from('LUKS\xba\xbe\0\x01', 'latin1'),
  () => Buffer.from('vhdxfile'),
  () => Buffer.from('conectix'),
  () => Buffer.from('WithouFreSpacExt\x02\0\0\0', 'latin1'),
];

/** One format's first bytes, or last ones, over another's. */
const overlay: Bend = (bytes, random, _base, bases) => {
  if (random.chance(0.4)) {
    random.of(beginnings)().copy(bytes);
    return bytes;
  }
  const other = random.of(bases).bytes;
  const length = Math.min(random.of([4, 16, 64, 104, 440, 512, 1024, 4096, 65_536]), bytes.length, other.length);
  if (random.chance(0.8)) other.copy(bytes, 0, 0, length);
  else other.copy(bytes, bytes.length - length, other.length - length);
  return bytes;
};

const moved: Bend = (bytes, random) => {
  const length = random.of([4, 8, 16, 512, 4096]);
  const from = place(bytes, random) & ~3;
  bytes.copy(bytes, place(bytes, random) & ~3, from, from + length);
  return bytes;
};

const textLines = [
  `RW 2048 FLAT "${canary.absolute}" 0`,
  `RW +2048 FLAT "${canary.absolute}" 0`,
  `RW 0x800 FLAT "${canary.absolute}" 0`,
  `RW 2048 VMFS "${canary.absolute}"`,
  `RW\n2048\nFLAT "${canary.relative}" 0`,
  `rw 2048 flat "${canary.absolute}" 0`,
  `RDONLY 2048 SPARSE "${canary.absolute}"`,
  'RW 4096 SPARSE "own.vmdk"',
  'RW 2048 ZERO',
  'createType="monolithicFlat"',
  '# createType="monolithicFlat"',
  'xcreateType="twoGbMaxExtentFlat"',
  'CreateType="monolithicSparse"',
  `parentFileNameHint="${canary.absolute}"`,
  `# parentFileNameHint="${canary.absolute}"`,
  'parentCID=ffffffff',
  'parentCID=0',
  'CID=1',
  'version=1',
  'version=2',
  '',
  ' ',
  '#',
  '\ufeff# Disk DescriptorFile',
];

/** The text of a VMDK, line by line; alone, in a sparse file, or in one whose header says capacity 0. */
const descriptor: Bend = (given, random, base) => {
  const bytes = given.length < 16_384 ? Buffer.concat([given, Buffer.alloc(16_384)]) : given;
  const isVmdk = base.format === 'vmdk';
  const old = isVmdk
    ? (bytes
        .subarray(512, 512 + 10_240)
        .toString('latin1')
        .split('\0', 1)[0] ?? '')
    : '';
  const lines = old.split('\n');
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(lines.length + 1);
    if (random.chance(0.3)) lines.splice(at, 1);
    else lines.splice(at, random.chance(0.3) ? 1 : 0, random.of(textLines));
  }
  const end = random.of(['\n', '\n', '\r\n', '\r']);
  if (!isVmdk || random.chance(0.2)) {
    const alone = Buffer.from(`${random.chance(0.5) ? 'version=1\n' : ''}${lines.join(end)}\n`, 'latin1');
    if (isVmdk) return Buffer.concat([alone, Buffer.alloc(random.of([0, 600]))]);
    alone.copy(bytes);
    return bytes;
  }
  bytes.fill(0, 512, 512 + 10_240);
  bytes.write(lines.join(end), 512, 10_240, 'latin1');
  if (random.chance(0.3)) bytes.writeBigUInt64LE(0n, 12);
  return bytes;
};

/** Names of other files in the places where formats keep them. */
const reference: Bend = (bytes, random, base) => {
  const name = random.of([
    canary.absolute,
    canary.relative,
    `json:{"driver":"file","filename":"${canary.absolute}"}`,
    `file:${canary.absolute}`,
  ]);
  if (base.format === 'qcow2' && bytes.length > 2048) {
    const version = bytes.readUInt32BE(4);
    if (version === 3 && random.chance(0.4)) {
      // An external data file: the bit, and the extension with its name ("DATA").
      bytes[79] = (bytes[79] ?? 0) | 4;
      const at = bytes.readUInt32BE(100);
      bytes.writeUInt32BE(0x44415441, at);
      bytes.writeUInt32BE(name.length, at + 4);
      bytes.write(name, at + 8, 'latin1');
      return bytes;
    }
    const at = random.of([bytes.length, 256]);
    bytes.writeBigUInt64BE(BigInt(at), 8);
    bytes.writeUInt32BE(name.length, 16);
    if (at < bytes.length) bytes.write(name, at, 'latin1');
    return at < bytes.length ? bytes : Buffer.concat([bytes, Buffer.from(name)]);
  }
  if (base.format === 'vmdk') return descriptor(bytes, random, base, []);
  if (base.format === 'qed') {
    bytes.writeUInt32LE(1, 16);
    bytes.writeUInt32LE(64, 56);
    bytes.writeUInt32LE(name.length, 60);
    bytes.write(name, 64, 'latin1');
    return bytes;
  }
  bytes.write(name, place(bytes, random), 'latin1');
  return bytes;
};

const bends: readonly Bend[] = [flip, flip, field, field, field, cut, grow, overlay, moved, descriptor, reference];

export function makeMutant(seed: number, index: number, bases: readonly Base[]): Mutant {
  const random = makeRandom(Math.imul(seed, 0x9e37_79b1) ^ index);
  // Every base goes through unbent as well; VMDK, which has the most ways, comes three times as often.
  const base = index < bases.length ? (bases[index] as Base) : random.of(weighted(bases));
  let bytes: Buffer = Buffer.from(base.bytes);
  const names: string[] = [];
  if (index >= bases.length) {
    for (let count = random.of([1, 1, 1, 2, 3]); count > 0 && bytes.length > 16; count--) {
      const bend = random.of(bends);
      names.push(bend.name);
      bytes = bend(bytes.length < 1100 ? Buffer.concat([bytes, Buffer.alloc(1100)]) : bytes, random, base, bases);
    }
  }
  return { name: `${index}: ${base.name}, ${names.join(', ') || 'as it is'}`, format: base.format, bytes };
}

function weighted(bases: readonly Base[]): Base[] {
  return bases.flatMap((base) => (base.format === 'vmdk' ? [base, base, base] : [base]));
}
