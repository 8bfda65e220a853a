import { biosStarts, uefiStarts } from '../../shared/checks/guest/firmware.ts';
import type { DiskView, GuestView } from '../../shared/checks/guest/view.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { lookForInitSystem } from './cloud-init.ts';
import { lookAtDisk } from './disk.ts';
import { lookAtLinux } from './linux.ts';
import { type Look, pairs, readerOf } from './reader.ts';
import { clean } from './text.ts';
import { lookAtWindows } from './windows.ts';

const mostKernels = 10;

/** libguestfs calls a btrfs subvolume "btrfsvol:DEVICE/NAME". */
const deviceOf = (mountable: string | undefined, { volumes }: DiskView): string | undefined => {
  const path = mountable?.replace(/^btrfsvol:/, '');
  return path === mountable ? path : volumes.find(({ device }) => path?.startsWith(`${device}/`))?.device;
};

/** What the disk alone tells. An unknown boot loader is not counted. */
const diskFacts = (view: GuestView): Partial<GuestView['facts']> => ({
  firmware: [...(biosStarts(view) ? (['bios'] as const) : []), ...(uefiStarts(view) ? (['uefi'] as const) : [])],
  storage: [...new Set(view.disk.volumes.map(({ type }) => storageNames.get(type) ?? type))].sort(),
});

/** blkid's names of what is no filesystem. */
const storageNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LVM2_member: 'lvm',
    linux_raid_member: 'raid',
    crypto_LUKS: 'luks',
    zfs_member: 'zfs',
  }),
);

/** Asks the appliance for all that the checks need, and for what is installed. No program of the guest is ever run. */
export const lookInside = async (look: Look): Promise<{ view: GuestView; packages: InstalledPackage[] }> => {
  const { ask } = look.guestfish;
  const first = async (...command: [string, ...string[]]): Promise<string | undefined> => {
    const line = (await ask(...command))?.[0];
    return line === undefined || line === 'unknown' ? undefined : clean(line);
  };
  look.progress(25);
  const table = await first('part-get-parttype', '/dev/sda');
  const disk = await lookAtDisk(look);
  const roots = (await ask('inspect-os')) ?? [];
  look.progress(60);
  const view: GuestView = {
    facts: {
      partitionTable: table === 'gpt' ? 'gpt' : table === 'msdos' ? 'mbr' : table ? 'other' : 'none',
    },
    systems: roots.length,
    disk,
    linux: undefined,
    windows: undefined,
  };
  const root = roots[0];
  if (!root) {
    Object.assign(view.facts, diskFacts(view));
    return { view, packages: [] };
  }

  const set = async (name: keyof GuestView['facts'], ...command: [string, ...string[]]): Promise<void> => {
    const value = await first(...command);
    if (value !== undefined) Object.assign(view.facts, { [name]: value });
  };
  await set('osType', 'inspect-get-type', root);
  await set('osDistro', 'inspect-get-distro', root);
  await set('osName', 'inspect-get-product-name', root);
  await set('architecture', 'inspect-get-arch', root);
  await set('packageFormat', 'inspect-get-package-format', root);
  const [major, minor] = [
    await first('inspect-get-major-version', root),
    await first('inspect-get-minor-version', root),
  ];
  if (major) view.facts.osVersion = minor && minor !== '0' ? `${major}.${minor}` : major;

  Object.assign(view.facts, diskFacts(view));
  // Parents before children.
  const mounts = pairs(await ask('inspect-get-mountpoints', root)).sort(([a], [b]) => a.length - b.length);
  for (const [path, device] of mounts) await ask('mount-ro', device, path);
  // libguestfs calls a Debian by its number alone ("12.15"). os-release(5)
  const reader = readerOf(look.guestfish);
  const pretty = (await reader.read('/etc/os-release'))?.map((line) => /^PRETTY_NAME=["']?([^"']+)/.exec(line)?.[1]);
  const name = pretty?.find((each) => each !== undefined);
  if (name) view.facts.osName = clean(name);
  look.progress(70);
  let packages: InstalledPackage[] = [];
  if (view.facts.osType === 'windows') {
    view.windows = await lookAtWindows(look.guestfish, view.facts, root, disk.volumes);
  } else if (view.facts.osType === 'linux') {
    const initSystem = await lookForInitSystem(reader);
    const rootDevice = deviceOf(mounts.find(([path]) => path === '/')?.[1], disk);
    const { loader, installed, ...linux } = await lookAtLinux(look, { root, rootDevice, disk, initSystem });
    view.linux = linux;
    packages = installed ?? [];
    view.facts.initSystem = initSystem;
    view.facts.guestAgent = view.linux.services.guestAgent === 'there';
    view.facts.kernels = [...(linux.boot.images ?? linux.boot.moduleFolders)].slice(0, mostKernels);
    if (linux.kernel) view.facts.defaultKernel = linux.kernel.version;
    if (loader) view.facts.bootLoader = loader;
    const rootFilesystem = disk.volumes.find(({ device }) => device === rootDevice)?.type;
    if (rootFilesystem) view.facts.rootFilesystem = rootFilesystem;
    if (view.linux.cloudInit.version) view.facts.cloudInit = view.linux.cloudInit.version;
  }
  return { view, packages };
};
