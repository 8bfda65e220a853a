import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { initramfsFiles } from './initramfs.ts';
import { unpackTo } from './initramfs-files.ts';

let dir: string;
/** Archives as cpio(1) makes them: what early microcode looks like, and a root with one module. */
let microcode: Buffer;
let root: Buffer;

const archive = (path: string, content: Buffer): Buffer => {
  const folder = mkdtempSync(join(dir, 'tree-'));
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
  return execFileSync('sh', ['-c', 'cd "$1" && find . -mindepth 1 | cpio --quiet -o -H newc', 'sh', folder]);
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'initramfs-'));
  microcode = archive('kernel/x86/microcode/GenuineIntel.bin', Buffer.alloc(5000, 7));
  root = archive('usr/lib/modules/6.1.0/virtio_blk.ko.xz', Buffer.alloc(70_000, 1));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const files = (image: Buffer) =>
  initramfsFiles(bufferSource(image), async (at, codec) => {
    const unpacked = await unpackTo(join(dir, 'scratch'), bufferSource(image), at, codec, new AbortController().signal);
    if (!unpacked || unpacked === 'too-much') return undefined;
    const bytes = await unpacked.read(0, unpacked.size);
    await unpacked.close();
    return bufferSource(bytes);
  });

const compressed = (command: string, input: Buffer): Buffer => {
  const path = join(dir, 'input');
  writeFileSync(path, input);
  return execFileSync('sh', ['-c', `${command} < "$1"`, 'sh', path]);
};

/** As the tools of distributions call them; `lz4 -l` is the only form that a kernel reads. */
const packings: Record<string, string> = {
  'not compressed': 'cat',
  gzip: 'gzip -9n',
  xz: 'xz --check=crc32',
  zstd: 'zstd -q -19',
  lz4: 'lz4 -l -q -c',
  lzma: 'xz --format=lzma',
  bzip2: 'bzip2 -9',
};

test.each(Object.entries(packings))('%s, with and without microcode in front', async (_, command) => {
  const packed = compressed(command, root);
  expect(await files(packed)).toContain('usr/lib/modules/6.1.0/virtio_blk.ko.xz');
  const padded = Buffer.concat([microcode, Buffer.alloc(1024), microcode, packed, Buffer.alloc(512)]);
  const names = await files(padded);
  expect(names).toContain('usr/lib/modules/6.1.0/virtio_blk.ko.xz');
  expect(names).toContain('kernel/x86/microcode/GenuineIntel.bin');
});

test('what is no initramfs, or ends in the middle, is not read', async () => {
  expect(await files(Buffer.from('#!/bin/sh\necho no initramfs at all\n'))).toBeUndefined();
  expect(await files(root.subarray(0, 200))).toBeUndefined();
  expect(await files(compressed('gzip', Buffer.from('no archive')))).toBeUndefined();
  const endless = Buffer.from(root);
  endless.write('ffffffff', 94, 'latin1');
  expect(await files(endless)).toBeUndefined();
});

test('no bytes make it throw or run on', async () => {
  const anything = fc.uint8Array({ maxLength: 600 });
  await fc.assert(
    fc.asyncProperty(anything, fc.nat(root.length), async (bytes, at) => {
      const bent = Buffer.from(root);
      bent.set(bytes.subarray(0, Math.max(0, bent.length - at)), at);
      const names = await files(bent);
      expect(names === undefined || names.length < 1000).toBe(true);
    }),
    { numRuns: 200 },
  );
});
