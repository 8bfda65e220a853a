import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';

const run = promisify(execFile);

/**
 * libguestfs' appliance as a folder of its own: only such a fixed one runs in a sandbox that hides the host. Built once for a
 * version of libguestfs and of the kernel, from the host's own packages. libguestfs-make-fixed-appliance(1)
 * @throws BootreadyError `tool-missing`
 */
export const ensureAppliance = (cacheDir: string): Promise<string> => {
  building ??= build(cacheDir);
  building.catch(() => {
    building = undefined;
  });
  return building;
};

let building: Promise<string> | undefined;

const build = async (cacheDir: string): Promise<string> => {
  try {
    const { stdout } = await run('guestfish', ['--version']);
    const kernel =
      (await readdir('/boot'))
        .filter((name) => name.startsWith('vmlinuz-'))
        .sort()
        .pop() ?? 'vmlinuz-none';
    const target = join(cacheDir, `appliance-${stdout.trim().replaceAll(/[^\w.]+/g, '-')}-${kernel}`);
    if (existsSync(join(target, 'README.fixed'))) return target;
    await mkdir(cacheDir, { recursive: true });
    const partial = await mkdtemp(join(cacheDir, 'appliance-partial-'));
    // It starts the appliance once to fill its cache; TCG is slow but always there.
    const env = { ...process.env, LIBGUESTFS_BACKEND: 'direct', LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' };
    await run('libguestfs-make-fixed-appliance', [partial], { env, timeout: 300_000 });
    await rename(partial, target).catch(async (error: unknown) => {
      // Another worker was quicker.
      await rm(partial, { recursive: true, force: true });
      if (!existsSync(join(target, 'README.fixed'))) throw error;
    });
    return target;
  } catch (cause) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: 'The appliance that looks into images could not be built.',
      remedy:
        'Install libguestfs-tools and a kernel (linux-image-amd64) and make it readable: chmod 0644 /boot/vmlinuz-*. "libguestfs-test-tool" tells more.',
      retryable: true,
      cause,
    });
  }
};
