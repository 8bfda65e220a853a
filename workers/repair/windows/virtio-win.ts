import { posix } from 'node:path';

/** The facts that decide which drivers fit a Windows. */
export type WindowsRelease = { major: number; minor: number; build: number; server: boolean; bits: 32 | 64 };

/** Newest first; builds are the first of their release. https://learn.microsoft.com/windows/release-health/ */
const newServers = [
  ['2k25', 26_100],
  ['2k22', 20_348],
  ['2k19', 17_763],
  ['2k16', 0],
] as const;

const before10: Readonly<Record<string, { client: string; server: string }>> = {
  '6.0': { client: '2k8', server: '2k8' },
  '6.1': { client: 'w7', server: '2k8R2' },
  '6.2': { client: 'w8', server: '2k12' },
  '6.3': { client: 'w8.1', server: '2k12R2' },
};

const firstOfWindows11 = 22_000;

/** Names of folders for a release, best first: a virtio-win that is older than the Windows has those of the release before. virtio-win, "by-driver" layout */
export function releaseFolders({ major, minor, build, server }: WindowsRelease): string[] {
  if (major === 10) {
    if (!server) return build >= firstOfWindows11 ? ['w11', 'w10'] : ['w10'];
    return newServers.filter(([, first]) => build >= first).map(([name]) => name);
  }
  const names = before10[`${major}.${minor}`];
  return names ? [server ? names.server : names.client] : [];
}

/** Drivers that must exist, and drivers that are added if they exist. */
export const neededDrivers = ['viostor', 'vioscsi', 'NetKVM'] as const;
const furtherDrivers = ['Balloon', 'vioserial', 'viorng', 'pvpanic', 'fwcfg', 'qemufwcfg'] as const;

/** Debugging symbols are many times as large as the drivers, and of no use to Windows. */
function isOfUse(path: string): boolean {
  return !/\.pdb$/i.test(path);
}

/**
 * Chooses the files of each driver for a Windows from the names in virtio-win: DRIVER/RELEASE/ARCHITECTURE/FILE. Undefined if no version of the driver fits.
 */
export function driverFiles(paths: readonly string[], release: WindowsRelease): Map<string, string[]> {
  const architecture = release.bits === 64 ? 'amd64' : 'x86';
  const folders = new Map<string, string[]>();
  for (const path of paths.filter(isOfUse)) {
    const folder = posix.dirname(path).toLowerCase();
    const files = folders.get(folder);
    if (files) files.push(path);
    else folders.set(folder, [path]);
  }
  const found = new Map<string, string[]>();
  for (const driver of [...neededDrivers, ...furtherDrivers]) {
    for (const name of releaseFolders(release)) {
      const files = folders.get(`${driver}/${name}/${architecture}`.toLowerCase());
      if (!files?.some((path) => /\.inf$/i.test(path))) continue;
      found.set(driver.toLowerCase(), files);
      break;
    }
  }
  // A stub for the same device as fwcfg: both together disturb each other (virt-v2v, RHBZ#2151752).
  if (found.has('fwcfg')) found.delete('qemufwcfg');
  return found;
}
