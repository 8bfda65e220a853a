import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpioOf, type Tree } from './tree.ts';

/** As much of things as tells what they are. */

/** cryptsetup, "LUKS On-Disk Format Specification", 1.2.3: magic, version, UUID. */
export function luksHeader(): Buffer {
  const header = Buffer.alloc(4096);
  header.write('LUKS\xba\xbe\x00\x01', 'latin1');
  header.write('6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b12', 168);
  return header;
}

/** One of the two halves of a mirror; it lies 4096 bytes behind the start of its device. Linux include/uapi/linux/raid/md_p.h, mdp_superblock_1 */
export function raidSuperblock(): Buffer {
  const block = Buffer.alloc(256);
  block.writeUInt32LE(0xa92b4efc, 0);
  block.writeUInt32LE(1, 4);
  block.write('0123456789abcdef', 16, 'latin1');
  block.write('host:root', 32, 'latin1');
  block.writeUInt32LE(1, 72);
  block.writeBigUInt64LE(1000n, 80);
  block.writeUInt32LE(2, 92);
  block.writeBigUInt64LE(16n, 128);
  block.writeBigUInt64LE(1000n, 136);
  block.writeBigUInt64LE(8n, 144);
  block.write('fedcba9876543210', 168, 'latin1');
  let sum = 0n;
  for (let at = 0; at < block.length; at += 4) sum += BigInt(block.readUInt32LE(at));
  block.writeUInt32LE(Number(((sum & 0xffffffffn) + (sum >> 32n)) & 0xffffffffn), 216);
  return block;
}

/** A qcow2 that names another file for all its content. QEMU docs/interop/qcow2.txt */
export function qcow2Header(backingFile: string): Buffer {
  const header = Buffer.alloc(512);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeBigUInt64BE(256n, 8);
  header.writeUInt32BE(backingFile.length, 16);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(64n * 1024n ** 2n, 24);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(0x10000n, 40);
  header.writeBigUInt64BE(0x20000n, 48);
  header.writeUInt32BE(1, 56);
  header.write(backingFile, 256);
  return header;
}

/** The header of a bzImage, as far as it tells the version. Linux Documentation/arch/x86/boot.rst */
export function kernelImage(version: string): Buffer {
  const image = Buffer.alloc(128 * 1024);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x3000, 0x20e);
  image.write(`${version} (builder@host) #1 SMP`, 0x3200);
  return image;
}

export function initramfsOf(tree: Tree): Buffer {
  const scratch = mkdtempSync(join(tmpdir(), 'initramfs-'));
  try {
    return execFileSync('xz', ['--check=crc32'], { input: cpioOf(scratch, tree), maxBuffer: 64 * 1024 ** 2 });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
