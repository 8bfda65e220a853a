import type { DiskView } from '../../shared/checks/guest/guest-view.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';

/**
 * The layout of a system that keeps its files outside of the root of its filesystem, and moves them to their places only when it starts: libguestfs does not
 * find such a system. Paths of the running system, and their places on the disk, the longest first.
 */
export type Layout = { name: 'ostree' | 'nixos'; places: readonly (readonly [path: string, place: string])[] };

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The place on the disk for a path, or a pattern without braces, of the running system. */
export function toPlace({ places }: Layout, path: string): string {
  const [folder = '', place = ''] = places.find(([each]) => isBelow(path, each)) ?? [];
  return place + path.slice(folder.length);
}

/** The path that the running system has for a place. */
export function locate({ places }: Layout, place: string): string {
  const fitting = places.filter(([, each]) => isBelow(place, each)).sort(([, a], [, b]) => b.length - a.length);
  const [folder = '', from = ''] = fitting[0] ?? [];
  return folder + place.slice(from.length);
}

/** Fedora's Silverblue and CoreOS, bootc, Endless OS: ostree(1), "ostree/deployment" in its documentation. */
async function ostree({ about }: Guestfish): Promise<Layout | undefined> {
  const names = ['/ostree/boot.[01]/*/*/0', '/ostree/deploy/*/deploy/*.[0-9]'];
  for (const name of names) {
    const link = (await about('glob-expand', name))?.[0]?.replace(/\/$/, '');
    const deployment = link && (await about('realpath', link))?.[0];
    const [, stateroot] = /^\/ostree\/deploy\/([^/]{1,255})\/deploy\/[^/]{1,255}$/.exec(deployment ?? '') ?? [];
    if (!deployment || !stateroot) continue;
    const state = `/ostree/deploy/${stateroot}/var`;
    return {
      name: 'ostree',
      places: [
        ...['/boot', '/efi', '/ostree'].map((path) => [path, path] as const),
        ['/home', `${state}/home`],
        ['/root', `${state}/roothome`],
        ['/var', state],
        ['', deployment],
      ],
    };
  }
  return undefined;
}

/** Programs have their own places in NixOS, so the system's profile shows a service only by its unit. */
const nixosServices = { 'cloud-init': 'cloud-init', sshd: 'sshd', growpart: 'growpart', 'qemu-ga': 'qemu-guest-agent' };

/** NixOS before its first start: the profile of the system holds all that will be in /etc. nixpkgs, nixos/modules/system */
async function nixos({ about }: Guestfish): Promise<Layout | undefined> {
  const profile = (await about('realpath', '/nix/var/nix/profiles/system'))?.[0];
  if (profile === undefined || !/^\/nix\/store\/[^/]{1,255}$/.test(profile)) return undefined;
  const units = `${profile}/etc/systemd/system`;
  return {
    name: 'nixos',
    places: [
      ...Object.entries(nixosServices).flatMap(([program, unit]) =>
        ['/usr/bin', '/usr/sbin'].map((folder) => [`${folder}/${program}`, `${units}/${unit}.service`] as const),
      ),
      // Files that only a start of the system makes.
      ...['machine-id', 'passwd', 'shadow'].map((name) => [`/etc/${name}`, `/etc/${name}`] as const),
      ['/etc', `${profile}/etc`],
      ['/lib/modules', `${profile}/kernel-modules/lib/modules`],
      ['/lib/systemd/systemd', `${profile}/systemd/lib/systemd/systemd`],
      ['/usr/bin', `${profile}/sw/bin`],
      ['', ''],
    ],
  };
}

export type Found = { device: string; layout: Layout };

/** The first of the filesystems that holds such a system. Nothing is mounted before and afterwards. */
export async function findLayout(guestfish: Guestfish, { volumes }: DiskView): Promise<Found | undefined> {
  for (const { device, type } of volumes.filter((volume) => /^(?:ext[234]|xfs|btrfs|f2fs)$/.test(volume.type))) {
    const root = type === 'btrfs' ? await rootSubvolume(guestfish, device) : device;
    if ((await guestfish.ask('mount-ro', root, '/')) === undefined) continue;
    const layout = (await ostree(guestfish)) ?? (await nixos(guestfish));
    await guestfish.ask('umount-all');
    if (layout) return { device: root, layout };
  }
  return undefined;
}

/** The subvolume that holds the root filesystem of Fedora's images. The kernel command line names it. */
async function rootSubvolume({ ask }: Guestfish, device: string): Promise<string> {
  if ((await ask('mount-ro', device, '/')) === undefined) return device;
  const has = (await ask('is-dir', '/root/ostree'))?.[0] === 'true';
  await ask('umount-all');
  return has ? `btrfsvol:${device}/root` : device;
}
