import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
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

function archive(path: string, content: Buffer): Buffer {
  const folder = mkdtempSync(join(dir, 'tree-'));
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
  return execFileSync('sh', ['-c', 'cd "$1" && find . -mindepth 1 | cpio --quiet -o -H newc', 'sh', folder]);
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'initramfs-'));
  microcode = archive('kernel/x86/microcode/GenuineIntel.bin', Buffer.alloc(5000, 7));
  root = archive('usr/lib/modules/6.1.0/virtio_blk.ko.xz', Buffer.alloc(70_000, 1));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { signal } = new AbortController();

function read(image: Buffer) {
  return initramfsFiles(bufferSource(image), async (at, codec, length) => {
    const unpacked = await unpackTo(join(dir, 'scratch'), bufferSource(image), at, codec, signal, length);
    if (!unpacked || unpacked === 'too-much') return undefined;
    const bytes = await unpacked.read(0, unpacked.size);
    await unpacked.close();
    return { bytes: bufferSource(bytes), whole: unpacked.whole };
  });
}
async function files(image: Buffer) {
  return (await read(image))?.names;
}

function compressed(command: string, input: Buffer): Buffer {
  const path = join(dir, 'input');
  writeFileSync(path, input);
  return execFileSync('sh', ['-c', `${command} < "$1"`, 'sh', path], { maxBuffer: 8 * 1024 ** 2 });
}

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

/** As mkosi and ukify make them: what is below is the kernel's modules, in the last part or in the first. */
const exact = ['gzip', 'xz', 'zstd', 'lz4'] as const;
const pairsOfPackings = exact.flatMap((first) =>
  ['not compressed', ...exact].map((second) => [first, second] as const),
);

test.each(pairsOfPackings)('several parts: %s, then %s', async (first, second) => {
  const [early, late] = [compressed(packings[first] ?? '', microcode), compressed(packings[second] ?? '', root)];
  const padding = Buffer.alloc(4 + (512 - (early.length % 512)));
  const expected = ['kernel/x86/microcode/GenuineIntel.bin', 'usr/lib/modules/6.1.0/virtio_blk.ko.xz'];
  const padded = await read(Buffer.concat([early, padding, late, Buffer.alloc(64)]));
  expect(padded).toMatchObject({ whole: true, names: expect.arrayContaining(expected) });
  // Blocks of lz4 need a size of zero to end them: kernels take what follows for one more.
  if (first === 'lz4') return;
  const close = await read(Buffer.concat([microcode, early, late]));
  expect(close).toMatchObject({ whole: true, names: expect.arrayContaining(expected) });
});

test('several archives in one stream, and names in the header of gzip', async () => {
  const two = Buffer.concat([microcode, Buffer.alloc(512), root, Buffer.alloc(100)]);
  const path = join(dir, 'named');
  writeFileSync(path, two);
  const named = execFileSync('gzip', ['-Nc', path]);
  for (const image of [named, Buffer.concat([named, Buffer.alloc(8), compressed('xz -T2 --block-size=4096', root)])]) {
    expect(await read(image)).toMatchObject({ whole: true });
    expect(await files(image)).toContain('usr/lib/modules/6.1.0/virtio_blk.ko.xz');
  }
});

test('what of it could not be read leaves the rest unknown, never absent', async () => {
  const early = compressed('gzip', microcode);
  const names = expect.arrayContaining(['kernel/x86/microcode/GenuineIntel.bin']);
  for (const image of [
    Buffer.concat([early, Buffer.from('what no kernel knows')]),
    Buffer.concat([microcode, Buffer.from('what no kernel knows')]),
    Buffer.concat([early, Buffer.alloc(4), compressed('zstd -q', root).subarray(0, -20)]),
    // Where these end, nothing here tells.
    Buffer.concat([compressed('bzip2', microcode), compressed('gzip', root)]),
    Buffer.concat([compressed('xz --format=lzma', microcode), Buffer.alloc(4), compressed('gzip', root)]),
    compressed('gzip', Buffer.concat([microcode, root.subarray(0, 3000)])),
  ])
    expect(await read(image)).toEqual({ whole: false, names });
});

test('bytes that look like an end in the middle of a stream are none', async () => {
  // Compressors keep what they cannot make smaller.
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(512 * 1024));
  expect(noise.includes('YZ')).toBe(true);
  for (const command of ['xz -0', 'gzip -1', 'zstd -q -1']) {
    const image = Buffer.concat([compressed(command, archive('a', noise)), Buffer.alloc(8), root]);
    expect(await read(image)).toMatchObject({ whole: true, names: expect.arrayContaining(['a', 'usr']) });
  }
});

test('what is no initramfs is not read, and what ends in the middle is not whole', async () => {
  expect(await files(Buffer.from('#!/bin/sh\necho no initramfs at all\n'))).toBeUndefined();
  expect(await read(root.subarray(0, 200))).toEqual({ whole: false, names: ['usr'] });
  expect(await files(compressed('gzip', Buffer.from('no archive')))).toBeUndefined();
  const endless = Buffer.from(root);
  endless.write('ffffffff', 94, 'latin1');
  expect(await read(endless)).toBeUndefined();
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
