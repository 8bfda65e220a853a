import { isLogicalVolume } from '../../shared/checks/guest/device-names.ts';
import type { DiskView, VolumeView } from '../../shared/checks/guest/guest-view.ts';
import type { Why } from '../../shared/checks/guest/unseen.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { findDevice } from './mountables.ts';

type Device = Pick<VolumeView, 'device'>;

/** Finds the device of a root. If a subvolume's device is not among the volumes, the form of its name gives the device. */
function deviceOfRoot(root: string, volumes: readonly Device[]): string {
  return (
    findDevice(root, volumes) ??
    root
      .replace(/^btrfsvol:/, '')
      .split('/', 3)
      .join('/')
  );
}

/** snapper, Timeshift, grub-btrfs and the like. */
function isSnapshot(root: string): boolean {
  return /snapshot|timeshift|backup/i.test(root);
}

/**
 * Chooses one system for each filesystem from the places where a system was found, because snapshots are not separate systems. The default subvolume is mounted
 * when nobody names one; without a default, a place that is not a snapshot is chosen. btrfs-subvolume(8)
 */
export function systemsAmong(roots: readonly string[], volumes: readonly Device[]): string[] {
  const byDevice = new Map<string, string[]>();
  for (const root of roots) {
    const device = deviceOfRoot(root, volumes);
    byDevice.set(device, [...(byDevice.get(device) ?? []), root]);
  }
  return [...byDevice].map(([device, found]) => {
    const first = [...found].sort((a, b) => a.length - b.length);
    return first.find((root) => root === device) ?? first.find((root) => !isSnapshot(root)) ?? (first[0] as string);
  });
}

/** Types that hold no files. blkid's names */
function isSwap(type: string): boolean {
  return /^sw(?:ap|suspend)$/.test(type);
}
function isLocked(type: string): boolean {
  return type === 'crypto_LUKS' || type === 'BitLocker';
}
function isOfGroup(type: string): boolean {
  return /_member$/.test(type) || /^(?:bcache|drbd|stratis|vdo)$/.test(type);
}

/** Partitions in which firmware and boot loaders lay what has no filesystem: BIOS boot, PReP, Microsoft's reserved one, extended ones. */
const withoutFilesystem = new Set([
  '21686148-6449-6e6f-744e-656564454649',
  '9e1a2d38-c612-4316-aa26-8b49521e5a8b',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae',
  ...['05', '0f', '85', '41'],
]);
const headBytes = 64 * 1024;

/**
 * Finds why a disk without a recognised system may still hold one: a part of the disk cannot be read. Undefined if all of it was read, and there is no system.
 * Nothing is mounted before and afterwards.
 */
export async function whereOneMayBe(
  { ask, bytes }: Guestfish,
  { volumes, partitions }: DiskView,
): Promise<Why | undefined> {
  const onTop = (type: string): boolean =>
    type === 'LVM2_member'
      ? volumes.some(isLogicalVolume)
      : type === 'linux_raid_member' && volumes.some(({ device }) => device.startsWith('/dev/md'));
  for (const { device, type } of volumes) {
    if (isSwap(type)) continue;
    if (isLocked(type)) return { reason: 'encrypted', what: device };
    if (isOfGroup(type)) {
      if (!onTop(type)) return { reason: 'group', what: `${device} (${type})` };
      continue;
    }
    if ((await ask('mount-ro', device, '/')) === undefined)
      return { reason: 'filesystem', what: `${device} (${type})` };
    await ask('umount-all');
  }
  const known = new Set(volumes.map(({ device }) => device));
  const others = partitions.filter(
    ({ number, type }) => !known.has(`/dev/sda${number}`) && !withoutFilesystem.has(type),
  );
  const places = partitions.length > 0 ? others.map(({ number }) => `/dev/sda${number}`) : ['/dev/sda'];
  for (const device of places.filter((each) => !known.has(each))) {
    const head = await bytes('pread-device', device, String(headBytes), '0');
    if (!head || head.some((byte) => byte !== 0)) return { reason: 'content', what: device };
  }
  return undefined;
}
