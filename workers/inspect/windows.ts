import type { VolumeView, WindowsView } from '../../shared/checks/guest/guest-view.ts';
import {
  askSeen,
  asSeen,
  mapSeen,
  partly,
  type Seen,
  toSeen,
  toUnseen,
  Unseen,
  type Why,
  whatWasSeen,
} from '../../shared/checks/guest/unseen.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import type { Hidden } from './hidden.ts';
import { makeReader } from './reader.ts';
import { lookAtCloudbaseInit } from './windows-cloudbase-init.ts';
import { lookAtDrivers } from './windows-drivers.ts';
import { type Hive, openHive } from './windows-hive.ts';
import { exactPath } from './windows-paths.ts';
import { lookAtVolume } from './windows-volume.ts';

const driverStore = 'DriverStore/FileRepository';
const currentVersion = 'Microsoft\\Windows NT\\CurrentVersion';

/** Services of guest tools that are not part of Windows. */
const toolServices: Readonly<Record<string, string>> = {
  VMTools: 'VMware Tools',
  VBoxService: 'VirtualBox Guest Additions',
  VBoxGuest: 'VirtualBox Guest Additions',
  xenbus: 'Xen PV drivers',
  xenvbd: 'Xen PV drivers',
};
const toolFolders: Readonly<Record<string, string>> = {
  '/Program Files/VMware/VMware Tools': 'VMware Tools',
  '/Program Files/Oracle/VirtualBox Guest Additions': 'VirtualBox Guest Additions',
  '/Program Files/Parallels/Parallels Tools': 'Parallels Tools',
};

/** Its volume is mounted; afterwards nothing is. Also sets facts that only the registry has. */
export async function lookAtWindows(
  guestfish: Guestfish,
  facts: GuestFacts,
  { root, hidden, volumes }: { root: string; hidden: readonly Hidden[]; volumes: readonly VolumeView[] },
): Promise<WindowsView> {
  const { about, list } = makeReader(guestfish, hidden);
  const systemRoot = (await guestfish.ask('inspect-get-windows-systemroot', root))?.[0] ?? '/Windows';
  const names = async (folder: string): Promise<string[]> => {
    const path = await exactPath(about, `${systemRoot}/System32/${folder}`);
    return path ? (await list(path)).map((name) => name.toLowerCase()) : [];
  };
  const registry = { missing: [] as string[], unreadable: [] as string[] };
  const open = async (name: string): Promise<Seen<Hive>> => {
    const found = await askSeen(() => exactPath(about, `${systemRoot}/System32/config/${name}`));
    if ('unseen' in found) return found;
    const path = found.value;
    const hive = path ? await openHive(guestfish, path, name) : undefined;
    if (!path) registry.missing.push(name);
    else if (!hive) registry.unreadable.push(name);
    return hive ? toSeen(hive) : toUnseen('registry', name);
  };
  /** Asks the open hive. */
  const of = async <T>(hive: Seen<Hive>, ask: (hive: Hive) => Promise<T>): Promise<Seen<T>> =>
    'value' in hive ? askSeen(() => ask(hive.value)) : hive;
  const tools = new Set<string>();
  const folders = await askSeen(async () => {
    for (const [folder, tool] of Object.entries(toolFolders)) if (await exactPath(about, folder)) tools.add(tool);
  });
  const pending: string[] = [];
  const changes = await askSeen(async () => {
    if (await exactPath(about, `${systemRoot}/winsxs/pending.xml`)) pending.push('pending.xml');
  });

  const system = await open('SYSTEM');
  const current = await of(system, async (hive) => (await hive.dword('Select', 'Current')) ?? 1);
  const controlSet = `ControlSet${String('value' in current ? current.value : 1).padStart(3, '0')}`;
  const control = `${controlSet}\\Control`;
  const drivers = await of(system, async (hive) =>
    lookAtDrivers(hive, controlSet, await names('drivers'), await names(driverStore)),
  );
  const cloudbaseInit = await askSeen(() => lookAtCloudbaseInit(about, system, controlSet, systemRoot));
  const installed = asSeen(() => whatWasSeen(cloudbaseInit).installed);
  if ('value' in installed) facts.cloudbaseInit = installed.value;
  const remoteDesktop = await of(system, async (hive) => {
    const rule = await hive.text(
      `${controlSet}\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules`,
      'RemoteDesktop-UserMode-In-TCP',
    );
    return {
      // Windows treats it as denied if nothing is set.
      allowed: (await hive.dword(`${control}\\Terminal Server`, 'fDenyTSConnections')) === 0,
      firewallRule: rule === undefined ? undefined : /\|Active=TRUE\|/i.test(rule),
    };
  });
  await of(system, async (hive) => {
    for (const [service, tool] of Object.entries(toolServices)) {
      if (await hive.has(`${controlSet}\\Services\\${service}`)) tools.add(tool);
    }
    if (await hive.filled(`${control}\\Session Manager`, 'PendingFileRenameOperations')) {
      pending.push('PendingFileRenameOperations');
    }
    facts.guestAgent = await hive.has(`${controlSet}\\Services\\QEMU-GA`);
    const universal = await hive.dword(`${control}\\TimeZoneInformation`, 'RealTimeIsUniversal');
    facts.hardwareClock = universal === 1 ? 'utc' : 'local';
  });

  const software = await open('SOFTWARE');
  const version = await of(software, (hive) => readVersion(hive, facts));
  const imageState = await of(software, (hive) =>
    hive.text('Microsoft\\Windows\\CurrentVersion\\Setup\\State', 'ImageState'),
  );
  await of(software, async (hive) => {
    for (const [sign, key] of [
      ['RebootPending', 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'],
      ['RebootRequired', 'Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired'],
    ] as const) {
      if (await hive.has(key)) pending.push(sign);
    }
  });
  await guestfish.ask('hivex-close');
  const volume = await askSeen(() => lookAtVolume(guestfish, root));
  /** Any sign that was found counts. "None" needs every place where signs may be. */
  const all = (found: readonly string[], ...places: Seen<unknown>[]): Seen<readonly string[]> =>
    found.length > 0 ? toSeen(found) : (places.find((place) => 'unseen' in place) ?? toSeen(found));
  return partly<WindowsView>({
    registry: toSeen(registry),
    version: mapSeen(version, (known) => {
      if (!known) throw new Unseen({ reason: 'registry-value', what: 'CurrentVersion' });
      return known;
    }),
    drivers,
    cloudbaseInit,
    volume,
    imageState: mapSeen(imageState, (state) => state || undefined),
    pending: all(pending, changes, system, software),
    remoteDesktop,
    foreignTools: all([...tools], folders, system),
    bootStores: await askSeen(() => findBootStores(guestfish, volumes)),
  });
}

const firstOfWindows11 = 22_000;

/** Windows 11 calls itself 10 in its registry. The two numbers are there since Windows 10; before, a text holds both. */
async function readVersion(software: Hive, facts: GuestFacts): Promise<WindowsView['version'] | undefined> {
  const text = /^(\d+)\.(\d+)$/.exec((await software.text(currentVersion, 'CurrentVersion')) ?? '');
  const major = (await software.dword(currentVersion, 'CurrentMajorVersionNumber')) ?? (text && Number(text[1]));
  const minor = (await software.dword(currentVersion, 'CurrentMinorVersionNumber')) ?? (text && Number(text[2]));
  if (typeof major !== 'number' || typeof minor !== 'number') return undefined;
  const build = (await software.text(currentVersion, 'CurrentBuildNumber')) ?? '';
  const revision = await software.dword(currentVersion, 'UBR');
  facts.osVersion = [major, minor, ...(/^\d+$/.test(build) ? [build, ...(revision ? [revision] : [])] : [])].join('.');
  const edition = await software.text(currentVersion, 'EditionID');
  if (edition) facts.osEdition = edition;
  if (Number(build) >= firstOfWindows11) facts.osName = facts.osName?.replace(/^Windows 10\b/, 'Windows 11');
  return { major, minor };
}

/** Searches all volumes: the active one, or the EFI system partition. */
async function findBootStores(
  { ask, about }: Guestfish,
  volumes: readonly VolumeView[],
): Promise<WindowsView['bootStores']> {
  const found = { bios: false, uefi: false };
  let unread: Why | undefined;
  await ask('umount-all');
  for (const { device } of volumes.filter(({ type }) => type === 'ntfs' || type === 'vfat')) {
    if ((await ask('mount-ro', device, '/')) === undefined) {
      unread = { reason: 'filesystem', what: device };
      continue;
    }
    found.bios ||= (await exactPath(about, '/Boot/BCD')) !== undefined;
    found.uefi ||= (await exactPath(about, '/EFI/Microsoft/Boot/BCD')) !== undefined;
    await ask('umount-all');
  }
  const store = (there: boolean): Seen<boolean> => (there || !unread ? toSeen(there) : { unseen: unread });
  return partly<WindowsView['bootStores']>({ bios: store(found.bios), uefi: store(found.uefi) });
}
