import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../dev/sample/disk.ts';

/** Changes to a copy of the sample's disk. Its filesystems are written to at their offsets: no appliance, no mount, half a second. */
export type Edit =
  | { write: string; text: string }
  | { remove: string }
  | { link: string; to: string }
  | { removeFromEsp: string }
  | { zero: { at: number; bytes: number } };

const MiB = 1024 ** 2;

/** debugfs(8), mtools(1), dd(1). @throws when something could not be done */
export const editDisk = (disk: string, edits: readonly Edit[], scratchDir: string): void => {
  const commands: string[] = [];
  const replaced: string[] = [];
  for (const [n, edit] of edits.entries()) {
    if ('write' in edit) {
      const local = join(scratchDir, `edit-${n}`);
      writeFileSync(local, edit.text);
      replaced.push(`rm ${edit.write}`);
      commands.push(`write ${local} ${edit.write}`);
    } else if ('remove' in edit) commands.push(`rm ${edit.remove}`);
    else if ('link' in edit) commands.push(`symlink ${edit.link} ${edit.to}`);
    else if ('removeFromEsp' in edit) {
      execFileSync('mdel', ['-i', `${disk}@@${layout.esp}M`, edit.removeFromEsp], { stdio: 'pipe' });
    } else {
      const { at, bytes } = edit.zero;
      const dd = ['if=/dev/zero', `of=${disk}`, 'bs=1', `seek=${at}`, `count=${bytes}`, 'conv=notrunc', 'status=none'];
      execFileSync('dd', dd);
    }
  }
  // It writes over no file, and a new one may not have been there.
  debugfs(disk, replaced);
  const complaints = debugfs(disk, commands);
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
};

const debugfs = (disk: string, commands: readonly string[]): string[] => {
  if (commands.length === 0) return [];
  const { stderr, status } = spawnSync('debugfs', ['-w', '-f', '-', `${disk}?offset=${layout.root * MiB}`], {
    input: `${commands.join('\n')}\n`,
    encoding: 'utf8',
  });
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('debugfs '));
  return status === 0 ? complaints : [...complaints, `debugfs ended with ${status}`];
};
