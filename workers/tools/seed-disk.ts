import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runSandboxed } from './sandbox.ts';

const limits = { wallSeconds: 30, cpuSeconds: 10, memoryBytes: 512 * 1024 ** 2, fileBytes: 8 * 1024 ** 2 };

/** Files by their paths, and the label by which the disk is found. */
export type SeedDisk = { label: string; files: Readonly<Record<string, string>> };

/**
 * A small FAT disk with a label, without partitions, as clouds hand data to an instance.
 * mkfs.fat(8), mcopy(1)
 * @returns the path of the disk
 */
export const writeSeedDisk = async (dir: string, { label, files }: SeedDisk): Promise<string> => {
  const tree = join(dir, 'seed');
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), text);
  }
  await rm(join(dir, 'seed.img'), { force: true });
  const folders = { readOnly: { '/in': tree }, writable: { '/out': dir }, limits };
  await runSandboxed({ command: 'mkfs.vfat', args: ['-C', '-n', label, '/out/seed.img', '1024'], ...folders });
  const tops = new Set(Object.keys(files).map((name) => `/in/${name.split('/')[0]}`));
  await runSandboxed({ command: 'mcopy', args: ['-s', '-i', '/out/seed.img', ...tops, '::'], ...folders });
  await rm(tree, { recursive: true });
  return join(dir, 'seed.img');
};
