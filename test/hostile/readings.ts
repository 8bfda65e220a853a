import { readFileSync } from 'node:fs';

/** Files that are one thing to a reader who is told the format, and another to one who looks at the first bytes. */

/** A descriptor as QEMU's probe wants it (`version=1` first), and as nothing else does; it names a file of the reader's host. */
export function probedAsVmdk(secret: string): Buffer {
  return Buffer.from(
    `version=1\nCID=1\nparentCID=ffffffff\nxcreateType="monolithicFlat"\nRW 2048 FLAT "${secret}" 0\n\0`,
  );
}

export function probedAsBochs(): Buffer {
  const header = Buffer.alloc(128);
  header.write('Bochs Virtual HD Image', 0, 'latin1');
  header.write('Redolog', 32, 'latin1');
  header.write('Growing', 48, 'latin1');
  header.writeUInt32LE(0x0002_0000, 64);
  return header;
}

export function probedAsCloop(): Buffer {
  return Buffer.from('#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n');
}

export function probedAsQcow(): Buffer {
  return Buffer.from('QFI\xfb\0\0\0\x01', 'latin1');
}

export function probedAsVdi(): Buffer {
  const header = Buffer.alloc(0x44);
  header.writeUInt32LE(0xbeda107f, 0x40);
  return header;
}

/** The beginning of a sound file, overwritten. */
export function begunWith(path: string, beginning: Buffer): Buffer {
  const bytes = readFileSync(path);
  beginning.copy(bytes);
  return bytes;
}

/** An ISO 9660 of nothing but its descriptor; what is before that is free for anything. */
export function emptyIso(): Buffer {
  const bytes = Buffer.alloc(64 * 1024);
  bytes.write('\x01CD001\x01', 32768, 'latin1');
  return bytes;
}

/** The sum of a tar header (POSIX.1-2017 pax, ustar), set right again after its bytes were changed. */
export function withTarSum(bytes: Buffer): Buffer {
  bytes.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of bytes.subarray(0, 512)) sum += byte;
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

type VmdkChange = { capacity?: number; footer?: (footer: Buffer) => void; text?: (text: string) => string };

/**
 * A streamOptimized VMDK whose real header is its footer, as VMware's ovftool writes them, of one that qemu-img wrote; then changed.
 * Source: VMware Virtual Disk Format 1.1, "Stream-Optimized Compressed Sparse Extents".
 */
export function vmdkWithFooter(path: string, { capacity, footer, text }: VmdkChange = {}): Buffer {
  const original = readFileSync(path);
  const header = Buffer.from(original.subarray(0, 512));
  const real = Buffer.from(header);
  header.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 56);
  if (capacity !== undefined) header.writeBigUInt64LE(BigInt(capacity), 12);
  footer?.(real);
  const descriptor = Buffer.from(original.subarray(512, 512 + 10_240));
  if (text) {
    const changed = text(descriptor.toString('latin1').replace(/\0+$/, ''));
    descriptor.fill(0).write(changed, 'latin1');
  }
  const marker = Buffer.alloc(512);
  marker.writeUInt32LE(1, 0);
  marker.writeUInt32LE(3, 12);
  const body = original.subarray(512 + 10_240);
  const padding = Buffer.alloc((512 - (original.length % 512)) % 512);
  return Buffer.concat([header, descriptor, body, padding, marker, real, Buffer.alloc(512)]);
}
