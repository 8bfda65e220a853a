import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from './remove-tree.ts';
import { runSandboxed } from './sandbox.ts';

const limits = { wallSeconds: 30, cpuSeconds: 10, memoryBytes: 512 * 1024 ** 2, fileBytes: 8 * 1024 ** 2 };

/** Files by their paths, and the label by which the disk is found. */
export type SeedDisk = { label: string; files: Readonly<Record<string, string>> };

/**
 * A small FAT disk with a label, without partitions, as clouds hand data to an instance.
 * mkfs.fat(8), mcopy(1)
 * @returns the path of the disk
 */
export async function writeSeedDisk(dir: string, { label, files }: SeedDisk): Promise<string> {
  const tree = join(dir, 'seed-files');
  const out = join(dir, 'seed');
  await Promise.all([removeTree(tree), removeTree(out)]);
  await mkdir(tree, { recursive: true });
  await mkdir(out);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), text);
  }
  const folders = { readOnly: { '/in': tree }, writable: { '/out': out }, profile: 'filter', limits } as const;
  await runSandboxed({ command: 'mkfs.vfat', args: ['-C', '-n', label, '/out/seed.img', '1024'], ...folders });
  const tops = new Set(Object.keys(files).map((name) => `/in/${name.split('/')[0]}`));
  await runSandboxed({ command: 'mcopy', args: ['-s', '-i', '/out/seed.img', ...tops, '::'], ...folders });
  await removeTree(tree);
  return join(out, 'seed.img');
}
