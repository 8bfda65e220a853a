import { biosStarts, uefiStarts } from '../../shared/checks/guest/firmware.ts';
import { ifSeen, mapped, partly, type Seen, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
import type { DiskView, GuestView } from '../../shared/checks/guest/view.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { type InitSystem, lookForInitSystem } from './cloud-init.ts';
import { lookAtDisk } from './disk.ts';
import { type LinuxLook, lookAtLinux } from './linux.ts';
import { type Look, pairs, type Reader, readerOf } from './reader.ts';
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

type Found = {
  facts: GuestView['facts'];
  systems: number;
  root: string | undefined;
  /** Where it mounts what, parents before children. */
  mounts: [string, string][];
};

/** What libguestfs says of the system, and where its filesystems belong. */
const lookForSystem = async ({ guestfish: { ask }, progress }: Look): Promise<Found> => {
  const roots = (await ask('inspect-os')) ?? [];
  progress(60);
  const facts: GuestView['facts'] = {};
  const [root] = roots;
  if (!root) return { facts, systems: roots.length, root, mounts: [] };
  const asked = async (question: string): Promise<string | undefined> =>
    told(await ask(`inspect-get-${question}`, root));
  const set = async (name: keyof GuestView['facts'], question: string): Promise<void> => {
    const value = await asked(question);
    if (value !== undefined) Object.assign(facts, { [name]: value });
  };
  await set('osType', 'type');
  await set('osDistro', 'distro');
  await set('osName', 'product-name');
  await set('architecture', 'arch');
  await set('packageFormat', 'package-format');
  const [major, minor] = [await asked('major-version'), await asked('minor-version')];
  if (major) facts.osVersion = minor && minor !== '0' ? `${major}.${minor}` : major;
  const mounts = pairs(await ask('inspect-get-mountpoints', root)).sort(([a], [b]) => a.length - b.length);
  return { facts, systems: roots.length, root, mounts };
};

const told = (lines: string[] | undefined): string | undefined => {
  const line = lines?.[0];
  return line === undefined || line === 'unknown' ? undefined : clean(line);
};

/** libguestfs calls a Debian by its number alone ("12.15"). os-release(5) */
const prettyName = async (reader: Reader): Promise<string | undefined> => {
  const names = (await reader.read('/etc/os-release'))?.map((line) => /^PRETTY_NAME=["']?([^"']+)/.exec(line)?.[1]);
  const name = names?.find((each) => each !== undefined);
  return name && clean(name);
};

/** Asks the appliance for all that the checks need, and for what is installed. No program of the guest is ever run. */
export const lookInside = async (look: Look): Promise<{ view: GuestView; packages: InstalledPackage[] }> => {
  const { guestfish, parts, progress } = look;
  const { ask } = guestfish;
  progress(25);
  const table = told(await ask('part-get-parttype', '/dev/sda'));
  const disk = await parts.look('disk', () => lookAtDisk(look));
  const found = await parts.look('operating system', () => lookForSystem(look));
  const { facts, root, mounts } = 'value' in found ? found.value : { facts: {}, root: undefined, mounts: [] };
  Object.assign(facts, {
    partitionTable: table === 'gpt' ? 'gpt' : table === 'msdos' ? 'mbr' : table ? 'other' : 'none',
  });
  const seen = { disk, systems: mapped(found, ({ systems }) => systems) };
  const whole = async (
    linux: GuestView['linux'],
    windows: Seen<GuestView['windows']>,
    packages: InstalledPackage[] = [],
  ): Promise<{ view: GuestView; packages: InstalledPackage[] }> => {
    const view = partly<GuestView>({
      ...seen,
      facts: { value: facts },
      linux: { value: linux },
      windows,
      unseen: { value: parts.unseen() },
    });
    ifSeen(() => Object.assign(facts, diskFacts(view)), undefined);
    return { view, packages };
  };
  const none = { value: undefined };
  if (!root) return whole(undefined, none);

  for (const [path, device] of mounts) await ask('mount-ro', device, path);
  const reader = readerOf(guestfish);
  const name = await parts.look('os-release', () => prettyName(reader));
  if ('value' in name && name.value) facts.osName = name.value;
  progress(70);
  if (facts.osType === 'windows') {
    return whole(
      undefined,
      await parts.look('Windows', () => lookAtWindows(guestfish, facts, root, whatWasSeen(disk).volumes)),
    );
  }
  if (facts.osType !== 'linux') return whole(undefined, none);
  const initSystem = await lookForInitSystem(reader);
  const rootDevice = mapped(disk, (seen) => deviceOf(mounts.find(([path]) => path === '/')?.[1], seen));
  const linux = await lookAtLinux(look, { root, rootDevice, disk, initSystem });
  addLinuxFacts(facts, linux, initSystem);
  ifSeen(() => {
    const device = whatWasSeen(rootDevice);
    const type = whatWasSeen(disk).volumes.find((volume) => volume.device === device)?.type;
    if (type) facts.rootFilesystem = type;
  }, undefined);
  return whole(linux.view, none, linux.packages);
};

/** Each as far as it was seen. */
const addLinuxFacts = (facts: GuestView['facts'], { view, loader }: LinuxLook, initSystem: InitSystem): void => {
  facts.initSystem = initSystem;
  if (loader) facts.bootLoader = loader;
  const add = (told: () => Partial<GuestView['facts']>): void => {
    Object.assign(facts, ifSeen(told, {}));
  };
  add(() => ({ guestAgent: view.services.guestAgent === 'there' }));
  add(() => ({ kernels: [...(view.boot.images ?? view.boot.moduleFolders)].slice(0, mostKernels) }));
  add(() => (view.kernel ? { defaultKernel: view.kernel.version } : {}));
  add(() => (view.cloudInit.version ? { cloudInit: view.cloudInit.version } : {}));
};
