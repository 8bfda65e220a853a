import type { VolumeView } from '../../shared/checks/guest/guest-view.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { pairs } from './reader.ts';

/** Things that can be mounted, in libguestfs' notation: a device, or "btrfsvol:DEVICE/NAME" for a subvolume of btrfs. */

const ofSubvolume = 'btrfsvol:';

/**
 * For libguestfs the image's disk is /dev/sda, whatever name the appliance's kernel gives it: that depends on which disk answers first. libguestfs 1.48 uses
 * the kernel's name inside the names of subvolumes, and accepts both. No other disk of the appliance holds btrfs. libguestfs daemon/device-name-translation.c
 * From an fstab with `subvol=/@/home` it makes "btrfsvol:/dev/sda3//@/home", which it then cannot mount; openSUSE writes its fstab that way.
 */
function withStableName(mountable: string): string {
  return mountable
    .replace(/^btrfsvol:\/dev\/sd[a-z]{1,3}(?=\d{0,9}\/)/, `${ofSubvolume}/dev/sda`)
    .replaceAll('//', '/');
}

/** Where operating systems were found; undefined when the search failed. */
export async function findRoots({ ask }: Guestfish): Promise<string[] | undefined> {
  return (await ask('inspect-os'))?.map(withStableName);
}

/** Where a system mounts what, parents before children. */
export async function mountPoints({ ask }: Guestfish, root: string): Promise<[path: string, mountable: string][]> {
  return pairs(await ask('inspect-get-mountpoints', root))
    .map(([path, mountable]): [string, string] => [path, withStableName(mountable)])
    .sort(([a], [b]) => a.length - b.length);
}

/** The device that holds it; for a subvolume only if that is one of the volumes. */
export function findDevice(mountable: string, volumes: readonly Pick<VolumeView, 'device'>[]): string | undefined {
  if (!mountable.startsWith(ofSubvolume)) return mountable;
  const path = mountable.slice(ofSubvolume.length);
  return volumes.find(({ device }) => path.startsWith(`${device}/`))?.device;
}
