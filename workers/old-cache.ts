import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that nobody has used for this long will not be used again. */
const oldMs = 30 * 24 * 3600 * 1000;

/** Removes files and folders of a cache whose names match and that were not touched for a month. */
export async function removeOld(cacheDir: string, names: RegExp): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!names.test(name)) continue;
    const path = join(cacheDir, name);
    const touched = await stat(path).catch(() => undefined);
    if (touched && Date.now() - touched.mtimeMs > oldMs) await rm(path, { recursive: true, force: true });
  }
}
