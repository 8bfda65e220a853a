import { biosStarts, uefiStarts } from '../../shared/checks/guest/firmware.ts';
import type { DiskView, GuestView } from '../../shared/checks/guest/guest-view.ts';
import { ifSeen, mapSeen, partly, type Seen, toSeen, Unseen, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { type InitSystem, lookForInitSystem } from './cloud-init.ts';
import { lookAtDisk } from './disk.ts';
import { findLayout, type Layout } from './layouts.ts';
import { type LinuxLook, lookAtLinux } from './linux.ts';
import { findDevice, findRoots, mountPoints } from './mountables.ts';
import { mountSystem } from './mounts.ts';
import { type Look, makeReader, type Reader } from './reader.ts';
import { systemsAmong, whereOneMayBe } from './systems.ts';
import { clean } from './text.ts';
import { lookAtWindows } from './windows.ts';

const mostKernels = 10;

/** Facts from the disk alone. An unknown boot loader does not count. */
function diskFacts(view: GuestView): Partial<GuestView['facts']> {
  return {
    firmware: [...(biosStarts(view) ? (['bios'] as const) : []), ...(uefiStarts(view) ? (['uefi'] as const) : [])],
    storage: [...new Set(view.disk.volumes.map(({ type }) => storageNames.get(type) ?? type))].sort(),
  };
}

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
  systems: Seen<number>;
  root: string | undefined;
  /** Where it mounts what, parents before children. */
  mounts: [string, string][];
  layout?: Layout;
};

/** Finds the system and the places of its filesystems with libguestfs, which skips filesystems that it cannot read. */
async function lookForSystem({ guestfish, progress }: Look, disk: Seen<DiskView>): Promise<Found> {
  const { ask } = guestfish;
  const told = await findRoots(guestfish);
  progress(60);
  const facts: GuestView['facts'] = {};
  const roots = systemsAmong(
    told ?? [],
    ifSeen(() => whatWasSeen(disk).volumes, []),
  );
  const [root] = roots;
  if (!root) {
    const other = ifSeen(() => whatWasSeen(disk), undefined);
    const hiddenAway = other && (await findLayout(guestfish, other));
    if (hiddenAway) {
      const { device, layout } = hiddenAway;
      return { facts: { osType: 'linux' }, systems: toSeen(1), root: device, mounts: [['/', device]], layout };
    }
    const why = told ? await whereOneMayBe(guestfish, whatWasSeen(disk)) : ({ reason: 'system-search' } as const);
    // Nobody can start what is encrypted.
    if (why && why.reason !== 'encrypted') facts.mayHoldSystem = true;
    return { facts, systems: why ? { unseen: why } : toSeen(0), root, mounts: [] };
  }
  const askAboutRoot = async (question: string): Promise<string | undefined> =>
    readAnswer(await ask(`inspect-get-${question}`, root));
  const set = async (name: keyof GuestView['facts'], question: string): Promise<void> => {
    const value = await askAboutRoot(question);
    if (value !== undefined) Object.assign(facts, { [name]: value });
  };
  await set('osType', 'type');
  await set('osDistro', 'distro');
  await set('osName', 'product-name');
  await set('architecture', 'arch');
  await set('packageFormat', 'package-format');
  const [major, minor] = [await askAboutRoot('major-version'), await askAboutRoot('minor-version')];
  if (major) facts.osVersion = minor && minor !== '0' ? `${major}.${minor}` : major;
  return { facts, systems: toSeen(roots.length), root, mounts: await mountPoints(guestfish, root) };
}

function readAnswer(lines: string[] | undefined): string | undefined {
  const line = lines?.[0];
  return line === undefined || line === 'unknown' ? undefined : clean(line);
}

/** libguestfs calls a Debian by its number alone ("12.15"). os-release(5) */
async function osRelease(reader: Reader): Promise<Record<string, string>> {
  const lines = (await reader.read('/etc/os-release')) ?? (await reader.read('/usr/lib/os-release')) ?? [];
  const fields = lines.flatMap((line) => {
    const [, name = '', value = ''] = /^([A-Z_]{1,40})=["']?([^"']+)/.exec(line) ?? [];
    return name === '' ? [] : [[name, clean(value)]];
  });
  return Object.fromEntries(fields);
}

/** Asks the appliance for all that the checks need, and for what is installed. No program of the guest is ever run. */
export async function lookInside(look: Look): Promise<{ view: GuestView; packages: InstalledPackage[] }> {
  const { guestfish, parts, progress } = look;
  const { ask } = guestfish;
  progress(25);
  const table = readAnswer(await ask('part-get-parttype', '/dev/sda'));
  const disk = await parts.look('disk', () => lookAtDisk(look));
  const found = await parts.look('operating system', () => lookForSystem(look, disk));
  const { facts, root, mounts, layout }: Found =
    'value' in found ? found.value : { facts: {}, systems: found, root: undefined, mounts: [] };
  Object.assign(facts, {
    partitionTable: table === 'gpt' ? 'gpt' : table === 'msdos' ? 'mbr' : table ? 'other' : 'none',
  });
  const ofDisk = { disk, systems: mapSeen(found, ({ systems }) => whatWasSeen(systems)) };
  const whole = async (
    linux: GuestView['linux'],
    windows: Seen<GuestView['windows']>,
    packages: InstalledPackage[] = [],
  ): Promise<{ view: GuestView; packages: InstalledPackage[] }> => {
    const view = partly<GuestView>({
      ...ofDisk,
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

  const hidden = await mountSystem(
    guestfish,
    mounts,
    ifSeen(() => whatWasSeen(disk), undefined),
    layout,
  );
  const reader = makeReader(guestfish, hidden, layout);
  const release = await parts.look('os-release', () => osRelease(reader));
  if ('value' in release) {
    const { PRETTY_NAME: name, ID: distro, VERSION_ID: version } = release.value;
    if (name) facts.osName = name;
    if (layout && distro) facts.osDistro = distro;
    if (layout && version) facts.osVersion = version;
  }
  if (layout) {
    const architecture = readAnswer(await ask('file-architecture', reader.real('/lib/systemd/systemd')));
    if (architecture) facts.architecture = architecture;
  }
  progress(70);
  if (facts.osType === 'windows') {
    return whole(
      undefined,
      await parts.look('Windows', () =>
        lookAtWindows(guestfish, facts, { root, hidden, volumes: whatWasSeen(disk).volumes }),
      ),
    );
  }
  if (facts.osType !== 'linux') return whole(undefined, none);
  const initSystem = await parts.look('init system', () => lookForInitSystem(reader));
  const rootDevice = mapSeen(disk, (some) => {
    const mountable = mounts.find(([path]) => path === '/')?.[1];
    const device = mountable && findDevice(mountable, some.volumes);
    if (device === undefined) throw new Unseen({ reason: 'root-device' });
    return device;
  });
  const linux = await lookAtLinux(look, { root, rootDevice, disk, initSystem, hidden, layout });
  addLinuxFacts(facts, linux, initSystem);
  ifSeen(() => {
    const device = whatWasSeen(rootDevice);
    const type = whatWasSeen(disk).volumes.find((volume) => volume.device === device)?.type;
    if (type) facts.rootFilesystem = type;
  }, undefined);
  return whole(linux.view, none, linux.packages);
}

/** Each as far as it was seen. */
function addLinuxFacts(facts: GuestView['facts'], { view, loader }: LinuxLook, initSystem: Seen<InitSystem>): void {
  if ('value' in initSystem) facts.initSystem = initSystem.value;
  if (loader) facts.bootLoader = loader;
  const add = (told: () => Partial<GuestView['facts']>): void => {
    Object.assign(facts, ifSeen(told, {}));
  };
  add(() => ({ guestAgent: view.services.guestAgent === 'there' }));
  add(() => ({ kernels: [...(view.boot.images ?? view.boot.moduleFolders)].slice(0, mostKernels) }));
  add(() => (view.kernel ? { defaultKernel: view.kernel.version } : {}));
  add(() => (view.cloudInit.installed ? { cloudInit: view.cloudInit.version } : {}));
}
