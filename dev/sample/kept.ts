import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError } from '../../shared/errors.ts';
import { removeOld } from '../../workers/old-cache.ts';

/**
 * A folder that is built once for each wording of its recipe, and then kept; half-built ones are removed. If several build
 * it at once, the first to end has built it for all.
 * @param recipe the source files that decide what comes out
 * @param remedy what to do when it cannot be built
 * @returns the folder
 * @throws BootreadyError `unavailable` with what failed
 */
export async function buildOnce(
  {
    cacheDir,
    name,
    recipe,
    remedy = 'It needs mmdebstrap, mtools, dosfstools, fdisk, and the network to fetch Debian packages; or start with --no-sample.',
  }: { cacheDir: string; name: string; recipe: readonly string[]; remedy?: string },
  build: (work: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of recipe) hash.update(readFileSync(file));
  const home = join(cacheDir, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(home)) {
    // So that it stays, for another checkout too.
    const now = new Date();
    await utimes(home, now, now);
    return home;
  }
  await mkdir(cacheDir, { recursive: true });
  // From an earlier wording, or half-built by a process that was killed. These are gigabytes.
  await removeOld(cacheDir, new RegExp(`^${name}-([0-9a-f]{12}|partial-.{6})$`));
  const work = await mkdtemp(join(cacheDir, `${name}-partial-`));
  try {
    await build(work);
    await rename(work, home).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      return rm(work, { recursive: true, force: true });
    });
    return home;
  } catch (cause) {
    await rm(work, { recursive: true, force: true });
    const stderr = String((cause as { stderr?: string }).stderr || cause)
      .trim()
      .split('\n')
      .slice(-3)
      .join(' | ');
    throw new BootreadyError({
      code: 'unavailable',
      message: `"${name}" could not be built: ${stderr}.`,
      remedy,
      cause,
    });
  }
}
