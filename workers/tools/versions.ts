import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isBootreadyError } from '../../shared/errors.ts';
import { runSandboxed, type SandboxLimits } from './sandbox.ts';

/** The versions and abilities of the image tools, read in the sandbox in which they work; for `doctor`. */

const limits: SandboxLimits = {
  wallSeconds: 20,
  cpuSeconds: 10,
  memoryBytes: 0,
  residentBytes: 1024 ** 3,
  fileBytes: 0,
};

/** Makes a sandbox and ends it. @throws BootreadyError `tool-missing` with the reason */
export async function trySandbox(signal: AbortSignal): Promise<void> {
  await runSandboxed({ command: 'true', args: [], profile: 'filter', limits, signal });
}

/** The first line that a program prints, e.g. of `--version`; undefined when it cannot be run. */
export async function readFirstLine(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runSandboxed({ command, args, profile: 'script', limits, signal });
    return (stdout || stderr).split('\n', 1)[0]?.trim();
  } catch (error) {
    if (isBootreadyError(error) && error.code !== 'tool-killed') return undefined;
    throw error;
  }
}

/** The versions of the tools, each in its own words; a missing tool is left out. */
export async function toolVersions(signal: AbortSignal): Promise<Record<string, string>> {
  const asked = ['qemu-img', 'qemu-system-x86_64', 'nbdkit', 'guestfish'].map(
    async (name) => [name, await readFirstLine(name, ['--version'], signal)] as const,
  );
  return Object.fromEntries((await Promise.all(asked)).flatMap(([name, line]) => (line ? [[name, line]] : [])));
}

/** Those of the programs that the sandbox does not find. */
export async function findMissingPrograms(names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const script = 'for each in "$@"; do command -v "$each" >/dev/null || echo "$each"; done';
  const { stdout } = await runSandboxed({
    command: 'sh',
    args: ['-c', script, 'sh', ...names],
    profile: 'script',
    limits,
    signal,
  });
  return stdout.split('\n').filter((name) => name !== '');
}

/** Where distributions keep QEMU's loadable block drivers. */
async function moduleFolders(): Promise<string[]> {
  const triplets = await readdir('/usr/lib').catch(() => []);
  return [
    '/usr/lib64/qemu',
    '/usr/lib64/qemu-kvm',
    '/usr/lib/qemu',
    ...triplets.map((name) => `/usr/lib/${name}/qemu`),
  ];
}

/** Drivers of QEMU that reach other hosts (package qemu-block-extra, qemu-block-*): an image may name one. */
export async function networkBlockDrivers(): Promise<string[]> {
  const names = ['curl', 'iscsi', 'nfs', 'rbd', 'ssh', 'gluster'];
  const folders = await moduleFolders();
  return names.filter((name) => folders.some((folder) => existsSync(join(folder, `block-${name}.so`))));
}
