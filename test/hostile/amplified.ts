import { readFileSync } from 'node:fs';

/** Sound images whose tables were bent so that many entries name one place: kilobytes that become any size (security review, H9). */

type Images = Readonly<Record<string, string>>;
function readBytes(images: Images, name: string): Buffer {
  return readFileSync(images[name] as string);
}

/** Fills entries with the first one that is in use. */
function fill32(table: Buffer, isUsed: (entry: number) => boolean, read: 'readUInt32LE' | 'readUInt32BE'): void {
  let used = 0;
  for (let at = 0; at < table.length && used === 0; at += 4) if (isUsed(table[read](at))) used = at + 4;
  const entry = Buffer.from(table.subarray(used - 4, used));
  for (let at = 0; at < table.length; at += 4) entry.copy(table, at);
}

function vmdkDirectory(bytes: Buffer): { at: number; tables: number; perTable: number } {
  const perTable = bytes.readUInt32LE(44);
  const tables = Math.ceil(Number(bytes.readBigUInt64LE(12)) / (perTable * Number(bytes.readBigUInt64LE(20))));
  return { at: Number(bytes.readBigUInt64LE(56)) * 512, tables, perTable };
}

/** All 2 MiB-grains of all tables are one grain: one file of some kilobytes. */
function oneGrain(bytes: Buffer): Buffer {
  const { at, tables, perTable } = vmdkDirectory(bytes);
  for (let index = 0; index < tables; index++) {
    const table = bytes.readUInt32LE(at + index * 4) * 512;
    if (table > 0) fill32(bytes.subarray(table, table + perTable * 4), (entry) => entry > 1, 'readUInt32LE');
  }
  return bytes;
}

/** A disk of 2 TiB, whose directory names one table again and again. */
function oneTable(bytes: Buffer): Buffer {
  const { at } = vmdkDirectory(bytes);
  const table = bytes.readUInt32LE(at);
  bytes.writeBigUInt64LE(2n ** 32n, 12);
  bytes.writeUInt32LE(bytes.readUInt32LE(8) & ~2, 8);
  const directory = Buffer.alloc(65_536 * 4);
  for (let index = 0; index < 65_536; index++) directory.writeUInt32LE(table, index * 4);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  bytes.writeBigUInt64LE(BigInt((bytes.length + padding.length) / 512), 56);
  return Buffer.concat([bytes, padding, directory]);
}

function l1At(bytes: Buffer): number {
  return Number(bytes.readBigUInt64BE(40));
}
function l2At(bytes: Buffer, index = 0): number {
  return Number(bytes.readBigUInt64BE(l1At(bytes) + index * 8) & 0x00ff_ffff_ffff_fe00n);
}

/** All entries of the first L2 table are its first one in use. */
function oneCluster(bytes: Buffer): Buffer {
  const table = l2At(bytes);
  const end = table + 2 ** bytes.readUInt32BE(20);
  let used = table;
  while (bytes.readBigUInt64BE(used) === 0n) used += 8;
  for (let at = table; at < end; at += 8) bytes.copy(bytes, at, used, used + 8);
  return bytes;
}

export const amplified: Record<string, { code: string; make: (images: Images) => Buffer }> = {
  'VMDK, one grain for all': {
    code: 'shared-blocks',
    make: (images) => oneGrain(readBytes(images, 'vmdk monolithicSparse')),
  },
  'VMDK, one compressed grain for all': {
    code: 'shared-blocks',
    make: (images) => oneGrain(readBytes(images, 'vmdk streamOptimized')),
  },
  'VMDK of 2 TiB, one table for all': {
    code: 'shared-blocks',
    make: (images) => oneTable(readBytes(images, 'vmdk monolithicSparse')),
  },
  'VMDK, two grains alike': {
    code: 'shared-blocks',
    make: (images) => {
      const bytes = readBytes(images, 'vmdk monolithicSparse');
      const table = bytes.readUInt32LE(vmdkDirectory(bytes).at) * 512;
      const used: number[] = [];
      for (let at = table; used.length < 2; at += 4) if (bytes.readUInt32LE(at) > 1) used.push(at);
      bytes.writeUInt32LE(bytes.readUInt32LE(used[0] as number), used[1] as number);
      return bytes;
    },
  },
  'VHD, one block for all': {
    code: 'shared-blocks',
    make: (images) => {
      const bytes = readBytes(images, 'vhd dynamic');
      const header = Number(bytes.readBigUInt64BE(16));
      const table = Number(bytes.readBigUInt64BE(header + 16));
      const entries = bytes.readUInt32BE(header + 28);
      fill32(bytes.subarray(table, table + entries * 4), (entry) => entry !== 0xffff_ffff, 'readUInt32BE');
      return bytes;
    },
  },
  'VDI, one block for all': {
    code: 'shared-blocks',
    make: (images) => {
      const bytes = readBytes(images, 'vdi dynamic');
      const map = bytes.readUInt32LE(0x154);
      fill32(bytes.subarray(map, map + bytes.readUInt32LE(0x180) * 4), (entry) => entry < 0xffff_fffe, 'readUInt32LE');
      return bytes;
    },
  },
  'VHDX, one block for all': {
    code: 'shared-blocks',
    make: (images) => {
      const bytes = readBytes(images, 'vhdx dynamic');
      const region = bytes.indexOf('6677c22d23f600429d64115e9bfd4a08', 192 * 1024, 'hex');
      const table = Number(bytes.readBigUInt64LE(region + 16));
      let used = table;
      while ((bytes.readUInt32LE(used) & 7) !== 6) used += 8;
      for (let at = table; at < table + 6 * 8; at += 8) bytes.copy(bytes, at, used, used + 8);
      return bytes;
    },
  },
  'Parallels, one cluster for all': {
    code: 'shared-blocks',
    make: (images) => {
      const bytes = readBytes(images, 'parallels');
      fill32(bytes.subarray(64, 64 + bytes.readUInt32LE(32) * 4), (entry) => entry !== 0, 'readUInt32LE');
      return bytes;
    },
  },
  'qcow2, one cluster for all': {
    code: 'qcow2-shared-tables',
    make: (images) => oneCluster(readBytes(images, 'qcow2 v3')),
  },
  'qcow2, one compressed cluster for all': {
    code: 'qcow2-shared-tables',
    make: (images) => oneCluster(readBytes(images, 'qcow2 compressed')),
  },
  'qcow2, one table for all': {
    code: 'qcow2-shared-tables',
    make: (images) => {
      const bytes = readBytes(images, 'qcow2 small clusters');
      for (let index = 0; index < bytes.readUInt32BE(36); index++) {
        bytes.copy(bytes, l1At(bytes) + index * 8, l1At(bytes), l1At(bytes) + 8);
      }
      return bytes;
    },
  },
  'qcow2, compressed clusters at all bytes of one': {
    code: 'expands-too-much',
    make: () => overlappingQcow2(),
  },
};

/**
 * Clusters of 2 MiB, compressed, each beginning at another byte of the same few kilobytes: no two entries are alike, and 4096 of them are 8 GiB.
 * Source: QEMU docs/interop/qcow2.txt, "Compressed Clusters Descriptor".
 */
function overlappingQcow2(): Buffer {
  const cluster = 2 * 1024 ** 2;
  const bytes = Buffer.alloc(3 * cluster + 8192);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(21, 20);
  bytes.writeBigUInt64BE(8n * 1024n ** 3n, 24);
  bytes.writeUInt32BE(1, 36);
  bytes.writeBigUInt64BE(BigInt(cluster), 40);
  bytes.writeUInt32BE(4, 96);
  bytes.writeUInt32BE(104, 100);
  bytes.writeBigUInt64BE(BigInt(2 * cluster) | (1n << 63n), cluster);
  for (let index = 0; index < 4096; index++) {
    bytes.writeBigUInt64BE((1n << 62n) | BigInt(3 * cluster + index), 2 * cluster + index * 8);
  }
  return bytes;
}
