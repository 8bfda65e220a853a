import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layout } from '../../dev/sample/disk.ts';
import { readFrom } from './tree.ts';

/** A change to a copy of a disk that is laid out like the sample's (dev/sample/disk.ts), with a root filesystem that debugfs writes. */
export type Edit =
  | { write: string; text: string | Buffer }
  | { change: string; by: (before: string) => string }
  | { remove: string }
  | { link: string; to: string }
  /** One of mtools on the EFI system partition. */
  | { esp: readonly [command: string, ...args: string[]] }
  | { bytes: Buffer; at: number }
  /** sfdisk(8) */
  | { partition: number; type: string }
  | { addPartition: string };

const MiB = 1024 ** 2;
export const at = {
  bootSector: 0,
  biosBoot: layout.biosBoot * MiB,
  root: layout.root * MiB,
  end: (layout.root + layout.rootSize) * MiB,
};

/**
 * Filesystems are written to at their offsets: no appliance, no mount, half a second. Folders that a file needs are made.
 * @throws when something could not be done
 */
export function editDisk(disk: string, edits: readonly Edit[]): void {
  const scratch = mkdtempSync(join(tmpdir(), 'edit-'));
  try {
    const root = edits.flatMap((edit, n) => rootEdit(disk, edit, join(scratch, String(n))) ?? []);
    // debugfs writes over no file, and makes no folder twice.
    debugfs(disk, [...new Set(root.flatMap(({ before }) => before))]);
    const complaints = debugfs(
      disk,
      root.map(({ command }) => command),
    );
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What debugfs is to do, and what before, if it can. Edits of anything but the root filesystem are done at once. */
function rootEdit(disk: string, edit: Edit, local: string): { before: string[]; command: string } | undefined {
  if ('write' in edit) {
    writeFileSync(local, edit.text);
    return { before: [...foldersOf(edit.write), `rm ${edit.write}`], command: `write ${local} ${edit.write}` };
  }
  if ('change' in edit) {
    const text = edit.by(readFrom(rootOf(disk), edit.change).toString());
    return rootEdit(disk, { write: edit.change, text }, local);
  }
  if ('remove' in edit) return { before: [], command: `rm ${edit.remove}` };
  if ('link' in edit) return { before: foldersOf(edit.link), command: `symlink ${edit.link} ${edit.to}` };
  if ('esp' in edit) {
    const [command, ...args] = edit.esp;
    execFileSync(command, ['-i', `${disk}@@${layout.esp}M`, ...args], { stdio: 'pipe' });
  } else if ('bytes' in edit) {
    const file = openSync(disk, 'r+');
    writeSync(file, edit.bytes, 0, edit.bytes.length, edit.at);
    closeSync(file);
  } else if ('partition' in edit) {
    execFileSync('sfdisk', ['-q', '--part-type', disk, String(edit.partition), edit.type], { stdio: 'pipe' });
  } else execFileSync('sfdisk', ['-q', '--append', disk], { input: edit.addPartition, stdio: 'pipe' });
  return undefined;
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === '/' ? [] : [...foldersOf(folder), `mkdir ${folder}`];
}

function rootOf(disk: string): string {
  return `${disk}?offset=${at.root}`;
}

/** @returns what it complained of. debugfs(8) */
function debugfs(disk: string, commands: readonly string[]): string[] {
  if (commands.length === 0) return [];
  const { stderr, status } = spawnSync('debugfs', ['-w', '-f', '-', rootOf(disk)], {
    input: `${commands.join('\n')}\n`,
    encoding: 'utf8',
  });
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('debugfs '));
  return status === 0 ? complaints : [...complaints, `debugfs ended with ${status}`];
}
