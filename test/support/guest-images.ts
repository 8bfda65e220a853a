import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buildSampleImages, type SampleImages } from '../../dev/sample/build.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';

/** The real Debian image of `npm start` and its broken variants; built once for all suites, then kept. */
export function guestImages(): Promise<SampleImages> {
  return buildSampleImages(cacheDir(), (message) => process.stderr.write(`sample image: ${message}\n`));
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function converted(format: string, ...options: string[]) {
  return (raw: string, out: string): void =>
    run('qemu-img', 'convert', '-f', 'raw', '-O', format, ...options, raw, out);
}

function compressed(command: string) {
  return (from: string, out: string): void => run('sh', '-c', `${command} < "$1" > "$2"`, 'sh', from, out);
}

/** How a disk is made into a file of each format that an uploader may have: from the raw disk, to a path. */
export const packings: Record<string, (raw: string, out: string) => void> = {
  qcow2: converted('qcow2'),
  'vmdk monolithicSparse': converted('vmdk'),
  'vmdk streamOptimized': converted('vmdk', '-o', 'subformat=streamOptimized'),
  'vhd dynamic': converted('vpc', '-o', 'force_size=on'),
  'vhd fixed': converted('vpc', '-o', 'subformat=fixed,force_size=on'),
  vhdx: converted('vhdx'),
  vdi: converted('vdi'),
  ova: (raw, out) => {
    const folder = dirname(out);
    const disk = join(folder, 'disk1.vmdk');
    converted('vmdk', '-o', 'subformat=streamOptimized')(raw, disk);
    writeFileSync(join(folder, 'machine.ovf'), '<Envelope/>');
    run('tar', '--format=ustar', '-C', folder, '-cf', out, 'machine.ovf', 'disk1.vmdk');
    run('rm', disk);
  },
  raw: (raw, out) => run('cp', '--sparse=always', raw, out),
  'raw.gz': compressed('gzip -1'),
  'qcow2.xz': (raw, out) => {
    converted('qcow2')(raw, `${out}.plain`);
    compressed('xz -0 -T2')(`${out}.plain`, out);
    run('rm', `${out}.plain`);
  },
  'raw.zst': compressed('zstd -q -1'),
};

/** Where a stream and a file first differ, in bytes; undefined when they are the same to the end. */
export async function firstDifference(stream: Readable, path: string): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    let at = 0;
    for await (const piece of stream) {
      const chunk = piece as Buffer;
      const expected = Buffer.alloc(chunk.length);
      const { bytesRead } = await file.read(expected, 0, chunk.length, at);
      if (bytesRead !== chunk.length || !expected.equals(chunk)) return at;
      at += chunk.length;
    }
    return at === (await file.stat()).size ? undefined : at;
  } finally {
    await file.close();
  }
}
