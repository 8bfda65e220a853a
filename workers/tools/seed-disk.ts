import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSandboxed } from './sandbox.ts';

const limits = { wallSeconds: 30, cpuSeconds: 10, memoryBytes: 512 * 1024 ** 2, fileBytes: 8 * 1024 ** 2 };

/**
 * Files at the root of a small FAT disk with a label, for cloud-init's NoCloud datasource: label CIDATA.
 * https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html; mkfs.fat(8), mcopy(1)
 * @returns the path of the disk
 */
export const writeSeedDisk = async (dir: string, files: Readonly<Record<string, string>>): Promise<string> => {
  const tree = join(dir, 'seed');
  await rm(tree, { recursive: true, force: true });
  await mkdir(tree, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(tree, name), text);
  await rm(join(dir, 'seed.img'), { force: true });
  const folders = { readOnly: { '/in': tree }, writable: { '/out': dir }, limits };
  await runSandboxed({ command: 'mkfs.vfat', args: ['-C', '-n', 'CIDATA', '/out/seed.img', '1024'], ...folders });
  const names = Object.keys(files).map((name) => `/in/${name}`);
  await runSandboxed({ command: 'mcopy', args: ['-i', '/out/seed.img', ...names, '::'], ...folders });
  await rm(tree, { recursive: true });
  return join(dir, 'seed.img');
};
