import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError } from '../../shared/errors.ts';

/** Of an earlier wording, or half-built by what was killed: after so long without use nobody comes back for it. */
const oldMs = 30 * 24 * 3600 * 1000;

/** These are gigabytes. Whoever uses a folder sets its time, so that another checkout's stays. */
const removeOld = async (cacheDir: string, name: string): Promise<void> => {
  const ours = new RegExp(`^${name}-([0-9a-f]{12}|partial-.{6})$`);
  for (const each of await readdir(cacheDir)) {
    if (!ours.test(each)) continue;
    const path = join(cacheDir, each);
    const used = await stat(path).catch(() => undefined);
    if (used && Date.now() - used.mtimeMs > oldMs) await rm(path, { recursive: true, force: true });
  }
};

/**
 * A folder that is built once for each wording of its recipe, and then kept; half-built ones are cleared away. Of several that build
 * it at once, the first to end has built it for all.
 * @param recipe the source files that decide what comes out
 * @param remedy what to do when it cannot be built
 * @returns the folder
 * @throws BootreadyError `unavailable` with what failed
 */
export const buildOnce = async (
  {
    cacheDir,
    name,
    recipe,
    remedy = 'It needs mmdebstrap, mtools, dosfstools, fdisk, and the network to fetch Debian packages; or start with --no-sample.',
  }: { cacheDir: string; name: string; recipe: readonly string[]; remedy?: string },
  build: (work: string) => Promise<void>,
): Promise<string> => {
  const hash = createHash('sha256');
  for (const file of recipe) hash.update(readFileSync(file));
  const home = join(cacheDir, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(home)) {
    const now = new Date();
    await utimes(home, now, now);
    return home;
  }
  await mkdir(cacheDir, { recursive: true });
  await removeOld(cacheDir, name);
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
};
