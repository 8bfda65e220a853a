import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/stack/tool-path.ts';

const run = promisify(execFile);

/** The python of a virtual environment with the packages of a file of pins; installed once, then kept. Throws, and never skips, where they cannot be had. */
export const pythonWith = async (pins: string): Promise<string> => {
  const name = basename(pins, '.txt');
  const hash = createHash('sha256').update(readFileSync(pins)).digest('hex').slice(0, 12);
  const home = join(cacheDir(), `${name}-${hash}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(cacheDir(), { recursive: true });
  const work = await mkdtemp(join(cacheDir(), `${name}-partial-`));
  try {
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', pins]);
    await rename(work, home).catch((error: NodeJS.ErrnoException) => {
      // Another run was first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (cause) {
    throw new Error(`The packages of ${name}.txt cannot be installed: python3 with venv and a PyPI are needed.`, {
      cause,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return python;
};
