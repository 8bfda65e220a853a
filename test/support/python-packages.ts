import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';

const run = promisify(execFile);

/** The python of a virtual environment with the packages of a file of pins; installed once, then kept. Throws, and never skips, where they cannot be had. */
export async function pythonWith(pins: string): Promise<string> {
  const name = basename(pins, '.txt');
  const remedy = `The packages of ${name}.txt are installed with python3, its venv, and a PyPI.`;
  const home = await buildOnce({ cacheDir: cacheDir(), name, recipe: [pins], remedy }, async (work) => {
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', pins]);
  });
  return join(home, 'bin', 'python');
}
