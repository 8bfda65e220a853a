import type { VolumeView, WindowsView } from '../../shared/checks/guest/view.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { readerOf } from './reader.ts';
import { lookAtCloudbaseInit } from './windows-cloudbase-init.ts';
import { lookAtDrivers } from './windows-drivers.ts';
import { type Hive, openHive } from './windows-hive.ts';
import { exactPath } from './windows-paths.ts';
import { lookAtVolume } from './windows-volume.ts';

const driverStore = 'DriverStore/FileRepository';
const currentVersion = 'Microsoft\\Windows NT\\CurrentVersion';

/** Services that belong to guest tools and to nothing that Windows brings along. */
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

/** Its volume is mounted; when this is done, nothing is. Facts that only the registry tells are set as well. */
export const lookAtWindows = async (
  guestfish: Guestfish,
  facts: GuestFacts,
  root: string,
  volumes: readonly VolumeView[],
): Promise<WindowsView> => {
  const { ask, list } = readerOf(guestfish);
  const systemRoot = (await ask('inspect-get-windows-systemroot', root))?.[0] ?? '/Windows';
  const names = async (folder: string): Promise<string[]> => {
    const path = await exactPath(ask, `${systemRoot}/System32/${folder}`);
    return path ? (await list(path)).map((name) => name.toLowerCase()) : [];
  };
  const registry = { missing: [] as string[], unreadable: [] as string[] };
  const open = async (name: string): Promise<Hive | undefined> => {
    const path = await exactPath(ask, `${systemRoot}/System32/config/${name}`);
    const hive = path ? await openHive(guestfish, path) : undefined;
    if (!path) registry.missing.push(name);
    else if (!hive) registry.unreadable.push(name);
    return hive;
  };
  const tools = new Set<string>();
  for (const [folder, tool] of Object.entries(toolFolders)) if (await exactPath(ask, folder)) tools.add(tool);
  const pending: string[] = [];
  if (await exactPath(ask, `${systemRoot}/winsxs/pending.xml`)) pending.push('pending.xml');

  const system = await open('SYSTEM');
  const controlSet = `ControlSet${String((await system?.dword('Select', 'Current')) ?? 1).padStart(3, '0')}`;
  const control = `${controlSet}\\Control`;
  const drivers = system && (await lookAtDrivers(system, controlSet, await names('drivers'), await names(driverStore)));
  const cloudbaseInit = await lookAtCloudbaseInit(ask, system, controlSet, systemRoot);
  facts.cloudbaseInit = cloudbaseInit.installed;
  const denied = await system?.dword(`${control}\\Terminal Server`, 'fDenyTSConnections');
  const rule = await system?.text(
    `${controlSet}\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules`,
    'RemoteDesktop-UserMode-In-TCP',
  );
  if (system) {
    for (const [service, tool] of Object.entries(toolServices)) {
      if (await system.has(`${controlSet}\\Services\\${service}`)) tools.add(tool);
    }
    if (await system.filled(`${control}\\Session Manager`, 'PendingFileRenameOperations')) {
      pending.push('PendingFileRenameOperations');
    }
    facts.guestAgent = await system.has(`${controlSet}\\Services\\QEMU-GA`);
    const universal = await system.dword(`${control}\\TimeZoneInformation`, 'RealTimeIsUniversal');
    facts.hardwareClock = universal === 1 ? 'utc' : 'local';
  }

  const software = await open('SOFTWARE');
  const version = software && (await versionOf(software, facts));
  const imageState = await software?.text('Microsoft\\Windows\\CurrentVersion\\Setup\\State', 'ImageState');
  for (const [sign, key] of [
    ['RebootPending', 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'],
    ['RebootRequired', 'Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired'],
  ] as const) {
    if (await software?.has(key)) pending.push(sign);
  }
  await ask('hivex-close');
  const volume = await lookAtVolume(guestfish, root);
  return {
    registry,
    version,
    drivers,
    cloudbaseInit,
    volume,
    imageState: imageState || undefined,
    pending,
    remoteDesktop: {
      // Windows takes it for denied when nothing is set.
      allowed: system && denied === 0,
      firewallRule: rule === undefined ? undefined : /\|Active=TRUE\|/i.test(rule),
    },
    foreignTools: [...tools],
    bootStores: await bootStoresOf(guestfish, volumes),
  };
};

const firstOfWindows11 = 22_000;

/** Windows 11 calls itself 10 in its registry. The two numbers are there since Windows 10; before, a text holds both. */
const versionOf = async (software: Hive, facts: GuestFacts): Promise<WindowsView['version']> => {
  const text = /^(\d+)\.(\d+)$/.exec((await software.text(currentVersion, 'CurrentVersion')) ?? '');
  const major = (await software.dword(currentVersion, 'CurrentMajorVersionNumber')) ?? (text && Number(text[1]));
  const minor = (await software.dword(currentVersion, 'CurrentMinorVersionNumber')) ?? (text && Number(text[2]));
  if (major === null || minor === null) return undefined;
  const build = (await software.text(currentVersion, 'CurrentBuildNumber')) ?? '';
  const revision = await software.dword(currentVersion, 'UBR');
  facts.osVersion = [major, minor, ...(/^\d+$/.test(build) ? [build, ...(revision ? [revision] : [])] : [])].join('.');
  const edition = await software.text(currentVersion, 'EditionID');
  if (edition) facts.osEdition = edition;
  if (Number(build) >= firstOfWindows11) facts.osName = facts.osName?.replace(/^Windows 10\b/, 'Windows 11');
  return { major, minor };
};

/** On whatever volume they lie: the one that is active, or the EFI system partition. */
const bootStoresOf = async ({ ask }: Guestfish, volumes: readonly VolumeView[]): Promise<WindowsView['bootStores']> => {
  const stores = { bios: false, uefi: false };
  await ask('umount-all');
  for (const { device } of volumes.filter(({ type }) => type === 'ntfs' || type === 'vfat')) {
    if ((await ask('mount-ro', device, '/')) === undefined) continue;
    stores.bios ||= (await exactPath(ask, '/Boot/BCD')) !== undefined;
    stores.uefi ||= (await exactPath(ask, '/EFI/Microsoft/Boot/BCD')) !== undefined;
    await ask('umount-all');
  }
  return stores;
};
