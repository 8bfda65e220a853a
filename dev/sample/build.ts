import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { filesystem, installDebian } from './debian.ts';
import { assembleDisk } from './disk.ts';
import { buildOnce } from './kept.ts';

/** `good` boots and has cloud-init; the others lack one thing each. */
export type SampleVariant = 'good' | 'no-virtio' | 'no-cloud-init';
export type SampleImages = Record<SampleVariant, string>;

const variants: readonly SampleVariant[] = ['good', 'no-virtio', 'no-cloud-init'];

/** All that decides what a Debian built here looks like. */
export const debianRecipe = ['debian.ts', 'disk.ts'].map((name) => join(import.meta.dirname, name));

/**
 * A small bootable Debian cloud image for BIOS and UEFI. Built once and kept; all variants come from one installation, each a copy of
 * it at some point of its life.
 * @throws BootreadyError `unavailable` with what failed
 */
export async function buildSampleImages(
  cacheDir: string,
  onProgress: (message: string) => void = () => undefined,
): Promise<SampleImages> {
  const recipe = [import.meta.filename, ...debianRecipe];
  const home = await buildOnce({ cacheDir, name: 'sample', recipe }, async (work) => {
    onProgress('installing a small Debian into a folder (about a minute and a half)');
    await installDebian(work, { script: script(work) });
    for (const variant of variants) {
      onProgress(`laying out the disk "${variant}"`);
      const root = join(work, `${variant}.ext4`);
      await assembleDisk({ path: join(work, `${variant}.raw`), root, grub: work, firmware: ['bios', 'uefi'] });
    }
    for (const name of ['boot.img', 'core.img', 'bootx64.efi']) await rm(join(work, name));
  });
  return Object.fromEntries(variants.map((variant) => [variant, join(home, `${variant}.raw`)])) as SampleImages;
}

function script(work: string): string {
  return `${filesystem(work, 'good')}
sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
printf 'ext4\\n' > "$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u -k all
${filesystem(work, 'no-virtio')}
sed -i 's/^MODULES=.*/MODULES=most/' "$root/etc/initramfs-tools/initramfs.conf"
chroot "$root" update-initramfs -u -k all
chroot "$root" dpkg --purge cloud-init
${filesystem(work, 'no-cloud-init')}`;
}
