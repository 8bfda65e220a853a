import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Changes copies of the sample without starting anything: its filesystems are written to where they lie on the disk (dev/sample/build.ts). */
const MiB = 1024 ** 2;
export const at = { biosBoot: MiB, esp: 2 * MiB, root: 18 * MiB };

/** Files of the root filesystem, by absolute path; undefined removes one. debugfs(8) */
export const editRoot = (disk: string, files: Readonly<Record<string, string | Buffer | undefined>>): void => {
  const dir = mkdtempSync(join(tmpdir(), 'edit-'));
  try {
    const commands = Object.entries(files).flatMap(([path, content], index) => {
      const local = join(dir, String(index));
      const remove = `rm ${path}`;
      if (content === undefined) return [remove];
      writeFileSync(local, content);
      return [remove, `cd ${dirname(path)}`, `write ${local} ${basename(path)}`, 'cd /'];
    });
    writeFileSync(join(dir, 'commands'), `${commands.join('\n')}\n`);
    execFileSync('debugfs', ['-w', '-f', join(dir, 'commands'), `${disk}?offset=${at.root}`], { stdio: 'pipe' });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** One of mtools on the EFI system partition. */
export const editEsp = (disk: string, command: string, ...args: string[]): void => {
  execFileSync(command, ['-i', `${disk}@@${at.esp}`, ...args], { stdio: 'pipe' });
};

export const writeAt = (disk: string, offset: number, bytes: Buffer): void => {
  const file = openSync(disk, 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
};

export const setPartitionType = (disk: string, number: number, type: string): void => {
  execFileSync('sfdisk', ['-q', '--part-type', disk, String(number), type], { stdio: 'pipe' });
};
