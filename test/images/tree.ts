import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What lies in a system that is written by hand: text, bytes, or where a link points. */
export type Entry = string | Buffer | { link: string };
export type Tree = Readonly<Record<string, Entry>>;

export function writeTree(root: string, tree: Tree): void {
  for (const [name, entry] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof entry === 'object' && 'link' in entry) symlinkSync(entry.link, path);
    else writeFileSync(path, entry, { mode: /(?:^|\/)(?:s?bin|init\.d)\//.test(name) ? 0o755 : 0o644 });
  }
}

/** Everything in it belongs to root, whoever builds it. */
export function packTree(root: string, tar: string): void {
  execFileSync('tar', ['--owner=0', '--group=0', '--numeric-owner', '-C', root, '-cf', tar, '.']);
}

/** A file of the filesystem in `image`. debugfs(8) */
export function readFrom(image: string, path: string): Buffer {
  return execFileSync('debugfs', ['-R', `cat ${path}`, image], {
    maxBuffer: 64 * 1024 ** 2,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function namesIn(image: string, folder: string): string[] {
  return execFileSync('debugfs', ['-R', `ls -p ${folder}`, image], { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .split('\n')
    .map((line) => line.split('/')[5] ?? '')
    .filter((name) => name !== '' && !name.startsWith('.'));
}

/** An archive as a kernel unpacks it at its start. Linux Documentation/driver-api/early-userspace/buffer-format.rst */
export function cpioOf(scratch: string, tree: Tree): Buffer {
  writeTree(scratch, tree);
  const list = execFileSync('find', ['.', '-mindepth', '1'], { cwd: scratch });
  return execFileSync('cpio', ['--quiet', '-o', '-H', 'newc', '-R', '0:0'], {
    cwd: scratch,
    input: list,
    maxBuffer: 64 * 1024 ** 2,
  });
}
