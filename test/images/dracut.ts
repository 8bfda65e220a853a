import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { filesystem, installDebian } from '../../dev/sample/debian.ts';
import { assembleDisk } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';

/** `generic` is for any machine; `host-only` is what dracut makes by default of a machine without virtio: its own drivers and no others. */
export type DracutImage = 'generic' | 'host-only';

const names: readonly DracutImage[] = ['generic', 'host-only'];

/** Debian with dracut in the place of initramfs-tools, for BIOS. Built once and kept. dracut(8) */
export async function dracutImages(cacheDir: string): Promise<Record<DracutImage, string>> {
  const recipe = [import.meta.filename, ...debianRecipe];
  const home = await buildOnce({ cacheDir, name: 'debian-dracut', recipe }, async (work) => {
    await installDebian(work, { initramfs: 'dracut', script: script(work) });
    for (const name of names) {
      const root = join(work, `${name}.ext4`);
      await assembleDisk({ path: join(work, `${name}.raw`), root, grub: work, firmware: ['bios'] });
    }
    for (const name of ['boot.img', 'core.img', 'bootx64.efi']) await rm(join(work, name));
  });
  return Object.fromEntries(names.map((name) => [name, join(home, `${name}.raw`)])) as Record<DracutImage, string>;
}

function dracut(options: string): string {
  return `for version in $(ls "$root/lib/modules"); do chroot "$root" dracut --force ${options} --kver "$version"; done`;
}

function script(work: string): string {
  return `${dracut('--no-hostonly')}
${filesystem(work, 'generic')}
${dracut('--hostonly --filesystems ext4 --omit-drivers "virtio_blk virtio_scsi virtio_pci"')}
${filesystem(work, 'host-only')}`;
}
