import { crc32, crc32c } from '../../../shared/formats/crc32.ts';
import type { Base } from './base-images.ts';

/** Every field of every header, one after the other, with the values at its edges; then the file with other ends. */

export type Bent = { name: string; bytes: Buffer };

type Region = {
  name: string;
  at: number;
  length: number /** Makes checksums right again after the bend. */;
  fix?: (bytes: Buffer) => void;
};

const values: [name: string, (bytes: Buffer, at: number) => void][] = [
  ['0', (bytes, at) => bytes.fill(0, at, at + 4)],
  ['ones', (bytes, at) => bytes.fill(0xff, at, at + 4)],
  ['first+1', (bytes, at) => bytes.writeUInt8(((bytes[at] ?? 0) + 1) & 0xff, at)],
  ['last+1', (bytes, at) => bytes.writeUInt8(((bytes[at + 3] ?? 0) + 1) & 0xff, at + 3)],
  ['first-1', (bytes, at) => bytes.writeUInt8(((bytes[at] ?? 0) - 1) & 0xff, at)],
  ['last-1', (bytes, at) => bytes.writeUInt8(((bytes[at + 3] ?? 0) - 1) & 0xff, at + 3)],
];

function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

/** Microsoft, Virtual Hard Disk Image Format Specification 1.0. */
function vhdSum(bytes: Buffer, at: number, length: number, sumAt: number): void {
  bytes.writeUInt32BE(0, at + sumAt);
  let sum = 0;
  for (const byte of bytes.subarray(at, at + length)) sum += byte;
  bytes.writeUInt32BE(~sum >>> 0, at + sumAt);
}
function vhdFooter(bytes: Buffer): void {
  vhdSum(bytes, bytes.length - 512, 512, 64);
}

/** [MS-VHDX] 2.2.2 and 2.2.3. */
function vhdxSum(at: number, length: number) {
  return (bytes: Buffer) => {
    bytes.writeUInt32LE(0, at + 4);
    bytes.writeUInt32LE(crc32c(bytes.subarray(at, at + length)), at + 4);
  };
}

/** UEFI 2.10, 5.3.2. */
function gptSum(bytes: Buffer): void {
  const size = Math.min(512, bytes.readUInt32LE(512 + 12));
  bytes.writeUInt32LE(0, 512 + 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(512, 512 + size)), 512 + 16);
}

function vhdxRegion(bytes: Buffer, id: string): number {
  return number(bytes, bytes.indexOf(id, 192 * 1024, 'hex') + 16);
}

function qcow2Tables(bytes: Buffer): Region[] {
  const l1 = Number(bytes.readBigUInt64BE(40));
  const l2 = Number(bytes.readBigUInt64BE(l1) & 0x00ff_ffff_ffff_fe00n);
  return [
    { name: 'L1 table', at: l1, length: 8 },
    { name: 'L2 table', at: l2, length: 24 },
  ];
}

function vmdkTables(bytes: Buffer, header: number): Region[] {
  const directory = number(bytes, header + 56) * 512;
  const table = bytes.readUInt32LE(directory) * 512;
  let used = table;
  while (bytes.readUInt32LE(used) <= 1) used += 4;
  return [
    { name: 'grain directory', at: directory, length: 8 },
    { name: 'grain table', at: used, length: 12 },
    { name: 'grain', at: bytes.readUInt32LE(used) * 512, length: 12 },
  ];
}

function findRegions({ name, format, bytes }: Base): Region[] {
  const end = bytes.length;
  switch (format) {
    case 'raw':
      if (name === 'raw ext') return [{ name: 'superblock', at: 1024, length: 104 }];
      if (name === 'raw mbr') return [{ name: 'MBR', at: 440, length: 72 }];
      return [
        { name: 'protective MBR', at: 440, length: 72 },
        { name: 'GPT', at: 512, length: 92 },
        { name: 'GPT, its checksum right', at: 512, length: 92, fix: gptSum },
        { name: 'partition entry', at: 1024, length: 56 },
      ];
    case 'iso':
      return [
        { name: 'end of the first sector', at: 508, length: 4 },
        { name: 'descriptor', at: 32_768, length: 8 },
      ];
    case 'qcow2':
      return [{ name: 'header', at: 0, length: 112 }, ...qcow2Tables(bytes)];
    case 'vmdk': {
      const footer = { name: 'marker and footer', at: end - 1536, length: 16 };
      const header = { name: 'header', at: 0, length: 80 };
      if (name !== 'vmdk footer') return [header, ...vmdkTables(bytes, 0)];
      return [
        header,
        footer,
        { name: 'footer', at: end - 1024, length: 80 },
        { name: 'end of stream', at: end - 512, length: 4 },
        ...vmdkTables(bytes, end - 1024),
      ];
    }
    case 'vpc': {
      const footer = { name: 'footer', at: end - 512, length: 88 };
      if (name === 'vhd fixed') return [footer, { ...footer, name: 'footer, its checksum right', fix: vhdFooter }];
      const header = Number(bytes.readBigUInt64BE(16));
      const table = Number(bytes.readBigUInt64BE(header + 16));
      const both = (bent: Buffer): void => {
        vhdFooter(bent);
        bent.copy(bent, 0, end - 512, end);
      };
      return [
        { name: 'copy of the footer', at: 0, length: 88 },
        footer,
        { ...footer, name: 'footer and its copy, checksums right', fix: both },
        { name: 'dynamic header', at: header, length: 64 },
        {
          name: 'dynamic header, its checksum right',
          at: header,
          length: 64,
          fix: (bent) => vhdSum(bent, header, 1024, 36),
        },
        { name: 'block allocation table', at: table, length: 12 },
      ];
    }
    case 'vhdx': {
      const metadata = vhdxRegion(bytes, '06a27c8b90479a4bb8fe575f050f886e');
      const second = 128 * 1024;
      const current = number(bytes, 64 * 1024 + 8) > number(bytes, second + 8) ? 64 * 1024 : second;
      return [
        { name: 'file identifier', at: 0, length: 16 },
        { name: 'current header', at: current, length: 80 },
        { name: 'current header, its checksum right', at: current, length: 80, fix: vhdxSum(current, 4096) },
        { name: 'region table', at: 192 * 1024, length: 80 },
        { name: 'region table, its checksum right', at: 192 * 1024, length: 80, fix: vhdxSum(192 * 1024, 64 * 1024) },
        { name: 'metadata table', at: metadata, length: 32 + 5 * 32 },
        { name: 'metadata', at: metadata + 64 * 1024, length: 48 },
        { name: 'block allocation table', at: vhdxRegion(bytes, '6677c22d23f600429d64115e9bfd4a08'), length: 16 },
      ];
    }
    case 'vdi':
      return [
        { name: 'header', at: 0x40, length: 0x1c8 - 0x40 },
        { name: 'map', at: bytes.readUInt32LE(0x154), length: 4 },
      ];
    case 'parallels':
      return [
        { name: 'header', at: 0, length: 64 },
        { name: 'table', at: 64, length: 12 },
      ];
    default:
      return [{ name: 'header', at: 0, length: 16 }];
  }
}

/** The image, one for each value of each field, and one for each end. Each is only good until the next one is asked for: they share their memory. */
export const bentFields = function* (base: Base): Generator<Bent> {
  yield { name: 'as it is', bytes: base.bytes };
  const { length: size } = base.bytes;
  const bent = Buffer.from(base.bytes);
  for (const { name, at, length, fix } of findRegions(base)) {
    for (let offset = 0; offset < length; offset += 4) {
      for (const [value, bend] of values) {
        bend(bent, at + offset);
        fix?.(bent);
        yield { name: `${name} +${offset} ${value}`, bytes: bent };
        // What a bend may have touched, and the places of checksums and copies.
        for (const [from, to] of [
          [at, at + length],
          [0, 1024],
          [size - 1536, size],
        ] as const) {
          base.bytes.copy(bent, Math.max(0, from), Math.max(0, from), to);
        }
      }
    }
  }
  const { bytes } = base;
  for (const end of [
    1, 4, 64, 104, 200, 511, 512, 513, 1024, 1536, 4096, 65_536, -1, -4, -511, -512, -513, -1536, -4096,
  ]) {
    if (Math.abs(end) < bytes.length) yield { name: `cut at ${end}`, bytes: Buffer.from(bytes.subarray(0, end)) };
  }
  for (const more of [1, 511, 512, 65_536]) {
    yield { name: `${more} zeros more`, bytes: Buffer.concat([bytes, Buffer.alloc(more)]) };
  }
};
