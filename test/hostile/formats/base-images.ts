import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskFormat } from '../../../shared/formats/facts.ts';
import { convert } from '../images.ts';
import { emptyIso, vmdkWithFooter } from '../readings.ts';

/** A sound image to be bent, small enough to be read thousands of times. */
export type Base = { name: string; format: DiskFormat; bytes: Buffer };

const MiB = 1024 ** 2;
function run(command: string, args: string[], input?: string): void {
  execFileSync(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(input ? { input } : {}) });
}

function blank(path: string, size: number): string {
  writeFileSync(path, '');
  truncateSync(path, size);
  return path;
}

/** The same each time: what is compressed is as long as the time before. */
const id = '01234567-89ab-4def-8123-456789abcdef';

/** Every format that is read, and each way of writing it that its own header tells, of one small disk. */
export function baseImages(dir: string): Base[] {
  const at = (name: string): string => join(dir, name);
  const disk = blank(at('gpt'), MiB / 2);
  run('sfdisk', ['-q', disk], `label: gpt\nlabel-id: ${id}\nstart=64, size=512, uuid=${id}\n`);
  const bytes = readFileSync(disk);
  for (const offset of [64 * 512, MiB / 4, MiB / 4 + 100_000]) bytes.fill('data', offset, offset + 4096);
  writeFileSync(disk, bytes);
  const mbr = blank(at('mbr'), MiB / 4);
  run('sfdisk', ['-q', mbr], 'label: dos\nlabel-id: 0x12345678\nstart=64, bootable\n');
  run('mke2fs', ['-q', '-t', 'ext2', '-U', id, blank(at('ext'), MiB / 4)]);

  const bases: Base[] = [
    { name: 'raw gpt', format: 'raw', bytes: readFileSync(disk) },
    { name: 'raw mbr', format: 'raw', bytes: readFileSync(mbr) },
    { name: 'raw ext', format: 'raw', bytes: readFileSync(at('ext')) },
    { name: 'iso', format: 'iso', bytes: emptyIso() },
  ];
  const made = (name: string, format: DiskFormat, ...options: string[]): string => {
    const path = convert(disk, format, at(name), ...options);
    bases.push({ name, format, bytes: readFileSync(path) });
    return path;
  };
  made('qcow2', 'qcow2');
  made('qcow2 v2', 'qcow2', '-o', 'compat=0.10');
  made('qcow2 compressed', 'qcow2', '-c');
  made('qcow2 zstd', 'qcow2', '-c', '-o', 'compression_type=zstd');
  made('qcow2 extended', 'qcow2', '-o', 'extended_l2=on,cluster_size=16k');
  made('qcow2 512', 'qcow2', '-o', 'cluster_size=512');
  made('vmdk sparse', 'vmdk');
  const streamed = made('vmdk streamed', 'vmdk', '-o', 'subformat=streamOptimized');
  bases.push({ name: 'vmdk footer', format: 'vmdk', bytes: vmdkWithFooter(streamed) });
  made('vhd dynamic', 'vpc', '-o', 'force_size=on');
  made('vhd fixed', 'vpc', '-o', 'subformat=fixed,force_size=on');
  made('vhdx', 'vhdx', '-o', 'block_size=1M,log_size=1M');
  made('vdi', 'vdi');
  made('vdi static', 'vdi', '-o', 'static=on');
  made('parallels', 'parallels');
  made('qed', 'qed');
  return bases;
}
