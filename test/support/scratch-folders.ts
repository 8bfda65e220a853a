import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** The folders of the attempts that all workers of an installation have at hand. */
export async function scratchFolders({ env }: Pick<Installation, 'env'>): Promise<string[]> {
  const root = env.SCRATCH_DIR as string;
  const folders = await Promise.all(
    (await readdir(root)).map(async (worker) =>
      (await readdir(join(root, worker))).map((name) => join(root, worker, name)),
    ),
  );
  return folders.flat().filter((path) => !path.endsWith('/owner.json'));
}
