import { execFile, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';
import { quietEnvironment, shortenStart } from './appliance-start.ts';

const run = promisify(execFile);

/**
 * libguestfs' appliance as a folder of its own: only such a fixed one runs in a sandbox that hides the host. Built once for a
 * version of libguestfs and of the kernel, from the host's own packages. libguestfs-make-fixed-appliance(1)
 * A signal ends the waiting only: others may wait for the same appliance.
 * @throws BootreadyError `tool-missing`
 */
export function ensureAppliance(cacheDir: string, signal?: AbortSignal): Promise<string> {
  building ??= build(cacheDir);
  building.catch(() => {
    building = undefined;
  });
  if (!signal) return building;
  if (signal.aborted) return Promise.reject(signal.reason);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([building, aborted]);
}

let building: Promise<string> | undefined;

/** A higher number makes everybody build it again. */
const recipe = 2;

export type ApplianceState = {
  /** e.g. `guestfish 1.48.6`. */
  version: string;
  /** Where it is kept. */
  path: string;
  built: boolean;
  /** The kernel for the appliance; undefined if this user can read none. */
  kernel: string | undefined;
};

/** @throws when guestfish is not installed */
export async function applianceState(cacheDir: string): Promise<ApplianceState> {
  const { stdout } = await run('guestfish', ['--version'], { env: quietEnvironment });
  const version = stdout.trim();
  const kernels = (await readdir('/boot')).filter((name) => name.startsWith('vmlinuz-')).sort();
  const newest = kernels.pop();
  const path = join(cacheDir, `appliance-${recipe}-${version.replaceAll(/[^\w.]+/g, '-')}-${newest ?? 'vmlinuz-none'}`);
  const readable =
    newest &&
    (await access(join('/boot', newest), constants.R_OK).then(
      () => true,
      () => false,
    ));
  return { version, path, built: existsSync(join(path, 'README.fixed')), kernel: readable ? newest : undefined };
}

async function build(cacheDir: string): Promise<string> {
  try {
    const { path, built } = await applianceState(cacheDir);
    if (built) return path;
    await mkdir(cacheDir, { recursive: true });
    const partial = await mkdtemp(join(cacheDir, 'appliance-partial-'));
    try {
      await make(partial);
      await shortenStart(partial);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      // Another worker may have been quicker.
      if (!existsSync(join(path, 'README.fixed'))) throw error;
    }
    return path;
  } catch (cause) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: 'The appliance that inspects images could not be built.',
      remedy:
        'Install libguestfs-tools and a kernel (linux-image-amd64) and make it readable: chmod 0644 /boot/vmlinuz-*. "libguestfs-test-tool" shows more.',
      retryable: true,
      cause,
    });
  }
}

/** Runs in its own process group, which ends with us: it starts the appliance once to fill its cache, and that takes a while. */
async function make(folder: string): Promise<void> {
  // libguestfs would keep its own copy in /var/tmp, which a container with a read-only root does not have.
  const work = `${folder}.work`;
  await mkdir(work);
  const child = spawn('libguestfs-make-fixed-appliance', [folder], {
    env: {
      ...quietEnvironment,
      LIBGUESTFS_CACHEDIR: work,
      TMPDIR: work,
      LIBGUESTFS_BACKEND: 'direct',
      // TCG is slow but always there.
      LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const kill = (): void => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  };
  const leave = (): void => {
    kill();
    for (const each of [folder, work]) rmSync(each, { recursive: true, force: true });
  };
  process.once('exit', leave);
  const timer = setTimeout(kill, 300_000);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(stderr.trim() || `libguestfs-make-fixed-appliance ended with ${String(code)}`);
  } finally {
    clearTimeout(timer);
    process.off('exit', leave);
    await rm(work, { recursive: true, force: true });
  }
}
