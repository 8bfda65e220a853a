import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { cpioOf, type Tree } from '../../images/tree.ts';
import { windowsStandIn } from '../../images/windows-stand-in.ts';

/** A Linux that starts in Windows' place, with virtio's drivers, and does as it is told. */

/** Where the EFI system partition of the disk begins. */
const systemPartition = 1024 ** 2;

/**
 * x86-64, Linux: socket(AF_PACKET, SOCK_RAW, ETH_P_ALL), bind to the second adapter; then reads a length of two bytes and so many bytes from its input, and
 * writes these as a frame, until there is no more. packet(7)
 */
const sendFrames = Buffer.from(
  '6a29586a115f6a035eba000300000f0589c34881ec002001004889e631c04889064889460848894610c70611000003c74604020000006a315889df6a145a0f05' +
    '31c031ff4889e66a025a0f0583f80275120fb71631c00f0589c26a015889df0f05ebdd6a3c5831ff0f05',
  'hex',
);

/** A file that the kernel starts: one segment, all of it. elf(5) */
function program(code: Buffer): Buffer {
  const at = 0x400000n;
  const header = Buffer.alloc(120);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(at + 120n, 24);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(5, 68);
  header.writeBigUInt64LE(at, 80);
  header.writeBigUInt64LE(at, 88);
  const size = BigInt(header.length + code.length);
  header.writeBigUInt64LE(size, 96);
  header.writeBigUInt64LE(size, 104);
  header.writeBigUInt64LE(4096n, 112);
  return Buffer.concat([header, code]);
}

/** What `frames` reads. */
export function asFrames(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(2);
      length.writeUInt16LE(frame.length);
      return [length, frame];
    }),
  );
}

/**
 * @param script for its shell: `$port` is the guest agent's, `frames` sends what it reads, files lie in /hostile, and what `say` says stands on the console
 * @param files of /hostile
 */
export async function liveGuest(
  path: string,
  script: string,
  files: Readonly<Record<string, Buffer>> = {},
): Promise<void> {
  await windowsStandIn(path, 'agent');
  const tree: Tree = {
    // In the place of QEMU's guest agent, which is started when all drivers are there.
    'usr/sbin/qemu-ga': `#!/bin/sh\nport=$4\nsay() { echo "hostile: $*" >/dev/console; }\n${script}\nsleep 100000\n`,
    'usr/sbin/frames': program(sendFrames),
    ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`hostile/${name}`, bytes])),
  };
  const initrd = `${path}.initrd`;
  const inside = ['-i', `${path}@@${systemPartition}`];
  execFileSync('mcopy', ['-n', ...inside, '::/initrd', initrd]);
  // The kernel unpacks one archive after the other.
  writeFileSync(initrd, Buffer.concat([readFileSync(initrd), gzipSync(cpioOf(`${path}.tree`, tree))]));
  execFileSync('mcopy', ['-o', ...inside, initrd, '::/initrd']);
}
