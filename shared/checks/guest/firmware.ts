import type { GuestView } from './guest-view.ts';

/** Whether the old way starts the disk: code in the first sector, and what it calls. @throws Unseen when the code is not known */
export function biosStarts({ facts, disk }: GuestView): boolean {
  return facts.architecture === 'aarch64' ? false : disk.bootSector.next;
}

/** UEFI 2.10, 3.5.1.1: the path for removable media, the only one that firmware tries without a boot entry of its own. */
export function fallbackPaths({ facts: { architecture } }: GuestView): readonly string[] {
  if (architecture === 'x86_64') return ['/efi/boot/bootx64.efi'];
  if (architecture === 'aarch64') return ['/efi/boot/bootaa64.efi'];
  if (architecture === 'i386') return ['/efi/boot/bootia32.efi'];
  return ['/efi/boot/bootx64.efi', '/efi/boot/bootaa64.efi'];
}

export function uefiStarts(view: GuestView): boolean {
  const wanted = fallbackPaths(view);
  return view.disk.efiLoaders.some(({ path }) => wanted.includes(path));
}

/** Whether anything starts it. @throws Unseen */
export function firmwareStarts(view: GuestView): boolean {
  return uefiStarts(view) || biosStarts(view);
}
