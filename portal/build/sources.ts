import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const sources = ['portal/**/*.{ts,tsx,css,html,json}', 'shared/**/*.ts', 'package-lock.json'];

/** A hash of all that the pages are built from. Tests are left out: they change nothing. */
export async function fingerprintSources(root: string): Promise<string> {
  const names: string[] = [];
  for await (const name of glob(sources, { cwd: root })) {
    if (!name.startsWith('portal/dist/') && !name.endsWith('.test.ts')) names.push(name);
  }
  names.sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(root, name)));
  return hash.digest('hex');
}
