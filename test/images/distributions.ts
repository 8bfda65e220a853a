import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { filesystem, grubConfig, installDebian } from '../../dev/sample/debian.ts';
import { assembleDisk, layout } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';
import { writeAlpineTree } from './alpine.ts';
import { guestfish } from './guestfish.ts';
import { writeRockyTree } from './rocky.ts';

/** `debian-...` are whole systems that start; a `...-tree` holds what an inspection looks for, and does not start. */
export type Distribution = 'debian-uefi' | 'debian-xfs' | 'debian-btrfs' | 'debian-lvm' | 'alpine-tree' | 'rocky-tree';

const names: readonly Distribution[] = [
  'debian-uefi',
  'debian-xfs',
  'debian-btrfs',
  'debian-lvm',
  'alpine-tree',
  'rocky-tree',
];

const recipe = ['distributions.ts', 'alpine.ts', 'rocky.ts', 'modules.ts', 'tree.ts'].map((name) =>
  join(import.meta.dirname, name),
);

/** Where the systems differ: filesystem, what names the root, where its tree begins. */
const debians = {
  'debian-xfs': { fstab: 'LABEL=cloudroot / xfs defaults 0 0\n', grub: grubConfig(), top: '' },
  'debian-btrfs': {
    fstab: 'LABEL=cloudroot / btrfs defaults,subvol=@ 0 0\n',
    grub: grubConfig({ top: '/@', more: 'rootflags=subvol=@ ' }),
    top: '/@',
  },
  'debian-lvm': {
    fstab: '/dev/mapper/system-root / ext4 defaults 0 1\n',
    grub: grubConfig({ root: '/dev/mapper/system-root' }),
    top: '',
  },
} as const;

/** A Debian with what any of the disks needs, as a filesystem, and GRUB's parts; kept of its own, because it takes longest. */
export function debianBase(cacheDir: string): Promise<string> {
  return buildOnce({ cacheDir, name: 'debian-base', recipe: debianRecipe }, (work) =>
    installDebian(work, { more: ['lvm2', 'xfsprogs', 'btrfs-progs'], script: filesystem(work, 'root') }),
  );
}

/**
 * Disks of several distributions, built once and kept. Empty filesystems are laid into the disks at their offsets; libguestfs' appliance,
 * started once, makes the volume group and copies the systems into all of them. No loop device is used.
 */
export async function distributionImages(cacheDir: string): Promise<Record<Distribution, string>> {
  const grub = await debianBase(cacheDir);
  const base = join(grub, 'root.ext4');
  const home = await buildOnce(
    { cacheDir, name: 'distributions', recipe: [...recipe, ...debianRecipe] },
    async (work) => {
      const disk = (name: Distribution): string => join(work, `${name}.raw`);
      const empty = (name: string, mkfs: string, ...args: string[]): string => {
        const path = join(work, name);
        writeFileSync(path, '');
        truncateSync(path, layout.rootSize * 1024 ** 2);
        execFileSync(mkfs, [...args, path], { stdio: 'pipe' });
        return path;
      };
      const xfs = (name: string): string => empty(name, 'mkfs.xfs', '-q', '-L', 'cloudroot');
      const both = ['bios', 'uefi'] as const;
      const copied = join(work, 'copied');
      cpSync(base, copied);
      const btrfs = empty('btrfs', 'mkfs.btrfs', '-q', '-L', 'cloudroot');
      const ext4 = empty('ext4', 'mke2fs', '-q', '-t', 'ext4', '-L', 'cloudroot');
      await assembleDisk({ path: disk('debian-uefi'), grub, root: copied, firmware: ['uefi'] });
      await assembleDisk({ path: disk('debian-xfs'), grub, root: xfs('xfs'), firmware: both });
      await assembleDisk({ path: disk('debian-btrfs'), grub, root: btrfs, firmware: ['uefi'] });
      await assembleDisk({ path: disk('debian-lvm'), grub, firmware: both, rootType: 'lvm' });
      await assembleDisk({ path: disk('alpine-tree'), grub, root: ext4, firmware: ['uefi'] });
      await assembleDisk({ path: disk('rocky-tree'), grub, root: xfs('rocky-xfs'), firmware: ['uefi'] });

      const [alpine, rocky] = [join(work, 'alpine.tar'), join(work, 'rocky.tar')];
      writeAlpineTree(work, base, alpine);
      writeRockyTree(work, base, rocky);
      const filled = (name: keyof typeof debians, device: string): string => {
        const { fstab, grub: config, top } = debians[name];
        writeFileSync(join(work, `${name}.fstab`), fstab);
        writeFileSync(join(work, `${name}.cfg`), config);
        return `mount-options noatime ${device} /to
${top ? `btrfs-subvolume-create /to${top}\n` : ''}cp-a /from/. /to${top}/
upload ${join(work, `${name}.fstab`)} /to${top}/etc/fstab
upload ${join(work, `${name}.cfg`)} /to${top}/boot/grub/grub.cfg
umount /to
`;
      };
      const unpacked = (tar: string, device: string): string => `mount ${device} /to\ntar-in ${tar} /to\numount /to\n`;
      const drives = (['debian-xfs', 'debian-btrfs', 'debian-lvm', 'alpine-tree', 'rocky-tree'] as const).map(disk);
      // A disk for UEFI alone has one partition less: none for GRUB's core in front.
      await guestfish(`add-drive ${base} readonly:true format:raw
${drives.map((path) => `add-drive ${path} format:raw`).join('\n')}
run
mkmountpoint /from
mkmountpoint /to
mount-ro /dev/sda /from
${filled('debian-xfs', '/dev/sdb3')}
${filled('debian-btrfs', '/dev/sdc2')}
pvcreate /dev/sdd3
vgcreate system /dev/sdd3
lvcreate-free root system 100
mkfs ext4 /dev/system/root label:cloudroot features:^metadata_csum_seed,^orphan_file,^metadata_csum
${filled('debian-lvm', '/dev/system/root')}
${unpacked(alpine, '/dev/sde2')}
${unpacked(rocky, '/dev/sdf2')}
`);
      for (const left of readdirSync(work)) {
        if (!left.endsWith('.raw')) rmSync(join(work, left), { recursive: true });
      }
    },
  );
  return Object.fromEntries(names.map((name) => [name, join(home, `${name}.raw`)])) as Record<Distribution, string>;
}
