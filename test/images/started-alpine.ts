import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { grubConfig } from '../../dev/sample/debian.ts';
import { assembleDisk, layout } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';
import { debianBase } from './distributions.ts';
import { type Edit, editDisk } from './edit.ts';
import { realAlpine } from './real-alpine.ts';

/** What a real Alpine needs to boot from our disk and to write to the serial console. Its makers boot a kernel that is outside the disk. */
function edits(): Edit[] {
  return [
    {
      write: '/boot/grub/grub.cfg',
      text: grubConfig({
        top: '/boot',
        kernel: 'vmlinuz-virt',
        initrd: 'initramfs-virt',
        more: 'rootfstype=ext4 modules=ext4 ',
      }),
    },
    { write: '/etc/fstab', text: 'LABEL=cloudroot / ext4 defaults 0 1\n' },
    { change: '/etc/inittab', by: (before) => before.replace('#ttyS0::', 'ttyS0::') },
    { write: '/etc/network/interfaces', text: 'auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n' },
  ];
}

/** The real Alpine on a disk with our GRUB, for BIOS and UEFI. Its filesystem shrinks to the size of the partition. */
export async function startedAlpine(cacheDir: string): Promise<string> {
  const [grub, alpine] = [await debianBase(cacheDir), await realAlpine(cacheDir)];
  const recipe = [import.meta.filename, join(import.meta.dirname, 'real-alpine.txt'), ...debianRecipe];
  const home = await buildOnce({ cacheDir, name: 'started-alpine', recipe }, async (work) => {
    const [root, path] = [join(work, 'root.ext4'), join(work, 'disk.raw')];
    copyFileSync(alpine, root);
    const run = (command: string, ...args: string[]): unknown => execFileSync(command, args, { stdio: 'pipe' });
    run('e2fsck', '-fp', root);
    run('resize2fs', root, `${layout.rootSize}M`);
    run('e2label', root, 'cloudroot');
    run('truncate', '-s', `${layout.rootSize}M`, root);
    await assembleDisk({ path, grub, root, firmware: ['bios', 'uefi'] });
    editDisk(path, edits());
    for (const left of readdirSync(work)) if (left !== 'disk.raw') rmSync(join(work, left));
  });
  return join(home, 'disk.raw');
}
