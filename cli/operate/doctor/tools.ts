import { existsSync } from 'node:fs';
import { findCacheDir } from '../../../workers/cache-dir.ts';
import { applianceState } from '../../../workers/tools/appliance.ts';
import { kvmWorks } from '../../../workers/tools/kvm.ts';
import { sandboxBounds } from '../../../workers/tools/sandbox-bounds.ts';
import {
  findMissingPrograms,
  networkBlockDrivers,
  readFirstLine,
  trySandbox,
} from '../../../workers/tools/versions.ts';
import type { Dependency, Say } from './dependency.ts';

/** Program to Debian package. */
const programs: Readonly<Record<string, string>> = {
  'qemu-img': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
  nbdkit: 'nbdkit',
  guestfish: 'libguestfs-tools',
  'libguestfs-make-fixed-appliance': 'libguestfs-tools',
  hivexregedit: 'libwin-hivex-perl',
  gzip: 'gzip',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  xz: 'xz-utils',
  zstd: 'zstd',
  bzip2: 'bzip2',
  lz4: 'lz4',
};

/** The programs that the steps of a run need on the host of a worker. */
export const tools: Dependency = {
  name: 'tools',
  seconds: 60,
  remedy: 'The host may be overloaded; try again.',
  examine: async ({ say, signal }) => {
    // Without it nothing else can be tried.
    await trySandbox(signal);
    const missing = await findMissingPrograms(Object.keys(programs), signal);
    if (missing.length > 0) {
      const packages = [...new Set(missing.map((name) => programs[name]))];
      say.failed(`Not installed: ${missing.join(', ')}.`, `Debian, Ubuntu: apt-get install ${packages.join(' ')}`);
    }
    const found: string[] = [];
    if (!missing.includes('qemu-img')) {
      const version = /version (\S+)/.exec((await readFirstLine('qemu-img', ['--version'], signal)) ?? '')?.[1];
      found.push(`qemu-img ${version ?? 'of unknown version'}`);
    }
    if (!missing.includes('nbdkit')) found.push(...(await examineNbdkit(say, signal)));
    if (!missing.includes('guestfish')) found.push(...(await examineAppliance(say)));
    const drivers = await networkBlockDrivers();
    if (drivers.length > 0) {
      say.warning(
        `QEMU can load drivers that reach other hosts (${drivers.join(', ')}). They add attack surface, and no image needs them.`,
        'Debian, Ubuntu: apt-get remove qemu-block-extra',
      );
    }
    if (!missing.includes('qemu-system-x86_64')) await examineKvm(say);
    if (found.length > 0) say.ok(`The sandbox works; ${found.join(', ')}.`);
    const { processes, memory, disk } = sandboxBounds();
    say.ok(`Sandbox limits are enforced by: processes: ${processes}; memory: ${memory}; disk: ${disk}.`);
  },
};

async function examineNbdkit(say: Say, signal: AbortSignal): Promise<string[]> {
  const version = await readFirstLine('nbdkit', ['--version'], signal);
  if ((await readFirstLine('nbdkit', ['curl', '--version'], signal)) === undefined) {
    say.failed(
      'nbdkit has no curl plugin, which is needed to read images.',
      'Install it. It is part of the package nbdkit, or a separate package (nbdkit-curl-plugin).',
    );
  }
  return version ? [version] : [];
}

async function examineAppliance(say: Say): Promise<string[]> {
  const cacheDir = findCacheDir(process.env);
  const { version, built, kernel } = await applianceState(cacheDir);
  if (!built && kernel === undefined) {
    say.failed(
      '/boot has no kernel that this user can read, so images cannot be inspected.',
      'Install one (apt-get install linux-image-amd64) and make it readable: chmod 0644 /boot/vmlinuz-*',
    );
  }
  return [built ? version : `${version} (the first inspection builds its appliance once, in about a minute)`];
}

async function examineKvm(say: Say): Promise<void> {
  if (await kvmWorks()) {
    say.ok('KVM works.');
    return;
  }
  say.warning(
    existsSync('/dev/kvm')
      ? 'KVM exists but cannot run a machine. Inspections take half a minute instead of seconds.'
      : 'There is no KVM. Inspections take half a minute instead of seconds.',
    'Give this user access to /dev/kvm (group kvm). Enable virtualisation in the firmware, or nested virtualisation if the host is itself a virtual machine.',
  );
}
