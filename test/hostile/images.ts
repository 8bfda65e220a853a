import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { crc32 } from '../../shared/formats/crc32.ts';

/** Small images, sound and hostile, made by the tools that make the real ones and then bent byte by byte. */

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
const MiB = 1024 ** 2;

export function patched(path: string, from: string, offset: number, bytes: Buffer | number[]): string {
  copyFileSync(from, path);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from(bytes), 0, bytes.length, offset);
  closeSync(file);
  return path;
}

/** A GPT disk with an ext4 filesystem in it and some data, sparse. */
export function buildDisk(path: string, size = 48 * MiB): string {
  const tree = `${path}.tree`;
  mkdirSync(join(tree, 'etc'), { recursive: true });
  writeFileSync(join(tree, 'etc/os-release'), 'ID=test\n');
  // Incompressible, and the same each time.
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  writeFileSync(join(tree, 'data'), noise.update(Buffer.alloc(3 * MiB)));
  const filesystem = `${path}.ext4`;
  writeFileSync(filesystem, '');
  truncateSync(filesystem, 32 * MiB);
  run('mke2fs', '-q', '-t', 'ext4', '-d', tree, filesystem);
  writeFileSync(path, '');
  truncateSync(path, size);
  execFileSync('sfdisk', ['-q', path], {
    input: 'label: gpt\nstart=2048, size=65536\n',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const file = openSync(path, 'r+');
  writeSync(file, readFileSync(filesystem), 0, 32 * MiB, MiB);
  closeSync(file);
  return path;
}

/** The GPT of such a disk as it would stand there with sectors of 4096 bytes. UEFI 2.10, 5.3 */
export function largeSectors(disk: Buffer): Buffer {
  const bytes = Buffer.from(disk);
  const [sector, blocks] = [4096, bytes.length / 4096];
  const entries = Buffer.from(bytes.subarray(1024, 1024 + 128 * 128));
  // First and last block of the one partition.
  for (const at of [32, 40]) entries.writeBigUInt64LE((entries.readBigUInt64LE(at) * 512n) / BigInt(sector), at);
  const header = Buffer.from(bytes.subarray(512, 512 + 92));
  for (const [at, block] of [
    [32, blocks - 1],
    [40, 6],
    [48, blocks - 6],
    [72, 2],
  ] as const) {
    header.writeBigUInt64LE(BigInt(block), at);
  }
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
  bytes.fill(0, 512, 1024 + entries.length);
  header.copy(bytes, sector);
  entries.copy(bytes, 2 * sector);
  return bytes;
}

export function convert(from: string, format: string, to: string, ...options: string[]): string {
  run('qemu-img', 'convert', '-f', 'raw', '-O', format, ...options, from, to);
  return to;
}

export function makeTar(path: string, dir: string, ...names: string[]): string {
  run('tar', '--format=ustar', '-C', dir, '-cf', path, ...names);
  return path;
}

/** Every sound image of one disk: name to path. */
export function soundImages(dir: string, disk: string): Record<string, string> {
  const at = (name: string): string => join(dir, name);
  const images: Record<string, string> = { raw: disk };
  const made = (name: string, format: string, ...options: string[]): void => {
    images[name] = convert(disk, format, at(name), ...options);
  };
  made('qcow2 v3', 'qcow2');
  made('qcow2 v2', 'qcow2', '-o', 'compat=0.10');
  made('qcow2 compressed', 'qcow2', '-c');
  made('qcow2 zstd', 'qcow2', '-c', '-o', 'compression_type=zstd');
  made('qcow2 extended L2', 'qcow2', '-o', 'extended_l2=on,cluster_size=128k');
  made('qcow2 small clusters', 'qcow2', '-o', 'cluster_size=4k,lazy_refcounts=on');
  made('vmdk monolithicSparse', 'vmdk');
  made('vmdk streamOptimized', 'vmdk', '-o', 'subformat=streamOptimized');
  made('vhd dynamic', 'vpc', '-o', 'force_size=on');
  made('vhd fixed', 'vpc', '-o', 'subformat=fixed,force_size=on');
  made('vhdx dynamic', 'vhdx');
  made('vhdx fixed', 'vhdx', '-o', 'subformat=fixed');
  made('vdi dynamic', 'vdi');
  made('vdi static', 'vdi', '-o', 'static=on');
  made('parallels', 'parallels');
  writeFileSync(at('machine.ovf'), '<Envelope/>');
  writeFileSync(at('machine.mf'), 'SHA256(machine.ovf)= 00');
  copyFileSync(at('vmdk streamOptimized'), at('machine-disk1.vmdk'));
  images.ova = makeTar(at('machine.ova'), dir, 'machine.ovf', 'machine-disk1.vmdk', 'machine.mf');
  return images;
}

/**
 * The disk of `buildDisk` and its sound images, made once and then kept: for tests that only read them.
 * @param dir gets copies of those that tests make archives of: the parts of the OVA, and the disk
 */
export async function keptImages(dir: string): Promise<{ disk: string; images: Record<string, string> }> {
  const home = await buildOnce(
    { cacheDir: cacheDir(), name: 'sound-images', recipe: [import.meta.filename] },
    (work) => {
      const images = soundImages(work, buildDisk(join(work, 'disk.raw')));
      const names = Object.fromEntries(Object.entries(images).map(([name, path]) => [name, basename(path)]));
      writeFileSync(join(work, 'names.json'), JSON.stringify(names));
      return Promise.resolve();
    },
  );
  const names = JSON.parse(readFileSync(join(home, 'names.json'), 'utf8')) as Record<string, string>;
  const images = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, join(home, file)]));
  for (const name of ['machine.ovf', 'machine.mf', 'machine-disk1.vmdk', 'disk.raw'])
    run('cp', '--sparse=always', join(home, name), join(dir, name));
  return { disk: join(home, 'disk.raw'), images };
}

export function grown(path: string, from: string, by: number): string {
  copyFileSync(from, path);
  const size = statSync(path).size + by;
  const file = openSync(path, 'r+');
  ftruncateSync(file, size);
  closeSync(file);
  return path;
}
