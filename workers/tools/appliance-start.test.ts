import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { shortenStart, triggerLess, unpackKernel } from './appliance-start.ts';

const note = Buffer.concat([
  Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0]),
  Buffer.from('Xen\0', 'latin1'),
  Buffer.alloc(8),
]);
const elf = Buffer.concat([Buffer.from('\x7fELF\x02', 'latin1'), Buffer.alloc(5000, 7), note, Buffer.alloc(3000)]);

function sizeOf(kernel: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(kernel.length);
  return size;
}
const packings = {
  gzip: (kernel: Buffer) => gzipSync(kernel),
  zstd: (kernel: Buffer) => Buffer.concat([zstdCompressSync(kernel), sizeOf(kernel)]),
  xz: (kernel: Buffer) =>
    Buffer.concat([execFileSync('xz', ['-c', '--check=crc32'], { input: kernel }), sizeOf(kernel)]),
};

/** As arch/x86/boot/header.S lays it out. */
function bzImage(payload: Buffer, { version = 0x020f, sectors = 3 } = {}): Buffer {
  const setup = Buffer.alloc((sectors + 1) * 512);
  setup[0x1f1] = sectors;
  setup.write('HdrS', 0x202, 'latin1');
  setup.writeUInt16LE(version, 0x206);
  setup.writeUInt32LE(16, 0x248);
  setup.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([setup, Buffer.alloc(16, 1), payload, Buffer.alloc(64, 2)]);
}

test.for(Object.entries(packings))('finds the kernel that %s has packed', async ([, pack]) => {
  expect(await unpackKernel(bzImage(pack(elf)))).toEqual(elf);
});

test.for([
  ['a file that is no bzImage', Buffer.alloc(4096)],
  ['a short file', Buffer.alloc(10)],
  ['an old protocol', bzImage(gzipSync(elf), { version: 0x0207 })],
  ['an unknown packing', bzImage(Buffer.from('BZh9 and so on'))],
  ['no PVH entry', bzImage(gzipSync(elf.subarray(0, 5000)))],
  ['no ELF file', bzImage(gzipSync(elf.subarray(1)))],
  ['another size than it says', bzImage(Buffer.concat([zstdCompressSync(elf), sizeOf(elf.subarray(1))]))],
] as const)('leaves a kernel as it is: %s', async ([, image]) => {
  expect(await unpackKernel(image)).toBeUndefined();
});

test('udev looks at disks and ports only', () => {
  const init = '$UDEVD --daemon\nudevadm trigger\nudevadm settle\n';
  expect(triggerLess(init)).toBe(
    '$UDEVD --daemon\nudevadm trigger --subsystem-match=block --subsystem-match=virtio-ports\nudevadm settle\n',
  );
  expect(triggerLess('udevadm trigger --action=add\n')).toBe('udevadm trigger --action=add\n');
});

test('changes kernel and start script of an appliance, and leaves nothing else there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'appliance start-'));
  try {
    await writeFile(join(folder, 'kernel'), bzImage(gzipSync(elf)));
    await writeFile(join(folder, 'init'), '#!/bin/bash\nudevadm trigger\n');
    const script = ['write init /init', 'sif /init mode 0100755'].map(
      (command) => ['debugfs', ['-w', '-R', command, 'root']] as const,
    );
    execFileSync('mke2fs', ['-q', '-t', 'ext2', 'root', '2M'], { cwd: folder });
    for (const [command, args] of script) execFileSync(command, args, { cwd: folder, stdio: 'ignore' });
    await rm(join(folder, 'init'));

    await shortenStart(folder);

    expect(await readFile(join(folder, 'kernel'))).toEqual(elf);
    const ask = (command: string) =>
      execFileSync('debugfs', ['-R', command, 'root'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    expect(ask('cat /init')).toBe(
      '#!/bin/bash\nudevadm trigger --subsystem-match=block --subsystem-match=virtio-ports\n',
    );
    expect(ask('stat /init')).toMatch(/Mode:\s+0755/);
    expect((await readdir(folder)).sort()).toEqual(['kernel', 'root']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
