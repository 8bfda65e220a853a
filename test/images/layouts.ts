import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { grubConfig } from '../../dev/sample/debian.ts';
import { fallbackLoader, installGrub, layDisk, type Partition, systemPartition } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';
import { debianBase } from './distributions.ts';
import { guestfish } from './guestfish.ts';
import { namesIn } from './tree.ts';

/** One Debian on disks with different layouts. Each row is a layout. */
type Layout = {
  /** `none`: the filesystem starts at the first byte of the disk, and extlinux is in its boot sector. */
  label: 'gpt' | 'dos' | 'none';
  /** In MiB, after the partitions of the firmware. `made` is the command that makes the filesystem in a file. */
  parts: readonly { size: number; type?: Partition['type']; made?: readonly string[] }[];
  /** More guestfish commands, before the mounts. */
  more?: readonly string[];
  /** The mounts of the copy, parents before children. `DISK` is the disk. */
  mounts: readonly (readonly [path: string, mountable: string])[];
  fstab: string;
  /** Of GRUB, or of extlinux. */
  config: string;
  /** Commands after the copy. */
  afterwards?: readonly string[];
};

/** GRUB 2.06 reads neither of the features that are left out. Its core image looks for a filesystem with the label "cloudroot". */
function ext4(label: string, without = '^metadata_csum_seed,^orphan_file'): readonly string[] {
  return [...['mke2fs', '-q', '-t', 'ext4', '-L', label, '-O', `${without},^metadata_csum`]];
}
const extlinuxConfig = `DEFAULT debian
LABEL debian
  LINUX vmlinuz-KERNEL
  INITRD initrd.img-KERNEL
  APPEND root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200
`;
const kernelInBoot = grubConfig({ root: 'LABEL=system' });
/** GRUB looks for its files in /boot/grub of the filesystem that it finds. */
const bootInItself = [
  'ln-s . /to/boot/boot',
  'ln-s vmlinuz-KERNEL /to/boot/vmlinuz',
  'ln-s initrd.img-KERNEL /to/boot/initrd.img',
];
const snapshot = '/@/.snapshots/1/snapshot';

export const layouts = {
  'separate /boot, root on XFS': {
    label: 'gpt',
    parts: [
      { size: 200, made: ext4('cloudroot') },
      { size: 900, made: ['mkfs.xfs', '-q', '-L', 'system'] },
    ],
    mounts: [
      ['/', 'DISK4'],
      ['/boot', 'DISK3'],
    ],
    fstab: 'LABEL=system / xfs defaults 0 0\nLABEL=cloudroot /boot ext4 defaults 0 2\n',
    config: kernelInBoot,
    afterwards: bootInItself,
  },
  'separate /boot, root on LVM': {
    label: 'gpt',
    parts: [
      { size: 200, made: ext4('cloudroot') },
      { size: 900, type: 'lvm' },
    ],
    more: [
      'pvcreate DISK4',
      'vgcreate vg-cloud DISK4',
      'lvcreate-free root vg-cloud 100',
      'mkfs ext4 /dev/vg-cloud/root label:system',
    ],
    mounts: [
      ['/', '/dev/vg-cloud/root'],
      ['/boot', 'DISK3'],
    ],
    fstab: '/dev/mapper/vg--cloud-root / ext4 defaults 0 1\nLABEL=cloudroot /boot ext4 defaults 0 2\n',
    config: grubConfig({ root: '/dev/mapper/vg--cloud-root' }),
    afterwards: bootInItself,
  },
  'separate /usr': {
    label: 'gpt',
    parts: [
      { size: 900, made: ext4('usr') },
      { size: 400, made: ext4('cloudroot') },
    ],
    mounts: [
      ['/', 'DISK4'],
      ['/usr', 'DISK3'],
    ],
    fstab: 'LABEL=cloudroot / ext4 defaults 0 1\nLABEL=usr /usr ext4 defaults 0 2\n',
    config: grubConfig(),
  },
  'MBR, BIOS only': {
    label: 'dos',
    parts: [{ size: 980, made: ext4('cloudroot') }],
    mounts: [['/', 'DISK1']],
    fstab: 'LABEL=cloudroot / ext4 defaults 0 1\n',
    config: grubConfig(),
  },
  'ext4 without partitions': {
    label: 'none',
    parts: [{ size: 980, made: ext4('cloudroot', '^64bit,^orphan_file') }],
    mounts: [['/', 'DISK']],
    fstab: 'LABEL=cloudroot / ext4 defaults 0 1\n',
    config: extlinuxConfig,
  },
  'btrfs with snapshots of snapper': {
    label: 'gpt',
    parts: [{ size: 1400, made: ['mkfs.btrfs', '-q', '-L', 'cloudroot'] }],
    more: [
      'mount DISK3 /to',
      'btrfs-subvolume-create /to/@',
      'btrfs-subvolume-create /to/@/.snapshots',
      ...['mkdir /to/@/.snapshots/1', `btrfs-subvolume-create /to${snapshot}`],
      'umount /to',
    ],
    mounts: [['/', `btrfsvol:DISK3${snapshot}`]],
    fstab: 'LABEL=cloudroot / btrfs defaults 0 0\nLABEL=cloudroot /.snapshots btrfs subvol=/@/.snapshots 0 0\n',
    config: grubConfig({ top: snapshot }),
    afterwards: [
      ...[
        'mkdir /to/.snapshots',
        'umount /to',
        'mount DISK3 /to',
        'mkdir-p /to/@/boot/grub',
        `cp /to${snapshot}/boot/grub/grub.cfg /to/@/boot/grub/grub.cfg`,
      ],
      ...['mkdir /to/@/.snapshots/2', `btrfs-subvolume-snapshot /to${snapshot} /to/@/.snapshots/2/snapshot`],
      // Its number: it is the third subvolume.
      'btrfs-subvolume-set-default 258 /to',
    ],
  },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;
const names = Object.keys(layouts) as LayoutName[];

const MiB = 1024 ** 2;
const esp = { start: 2, size: 16 } as const;

/** Its filesystems are empty. They are made here because the appliance has no mkfs.xfs. */
async function emptyDisk(path: string, grub: string, { label, parts }: Layout): Promise<void> {
  const made = parts.map(({ size, made: command }, at): string | undefined => {
    if (!command) return undefined;
    const file = `${path}.${at}`;
    writeFileSync(file, '');
    truncateSync(file, size * MiB);
    const [mkfs = '', ...args] = command;
    execFileSync(mkfs, [...args, file], { stdio: 'pipe' });
    return file;
  });
  if (label === 'none') return renameSync(made[0] ?? '', path);
  const firmware: Partition[] = [];
  if (label === 'gpt') {
    const from = await systemPartition(`${path}.esp`, esp.size, { [fallbackLoader]: join(grub, 'bootx64.efi') });
    firmware.push({ start: 1, size: 1, type: 'boot' }, { ...esp, type: 'esp', from });
  }
  let end = label === 'gpt' ? esp.start + esp.size : 1;
  const own = parts.map(({ size, type = 'linux' }, at): Partition => {
    const start = end;
    end += size;
    return { start, size, type, from: made[at], active: label === 'dos' };
  });
  await layDisk(path, end + 1, label, [...firmware, ...own]);
  await installGrub(path, grub, label === 'gpt' ? MiB : 512);
}

/** One start of the appliance fills all disks. They are built once and kept. */
export async function layoutImages(cacheDir: string): Promise<Record<LayoutName, string>> {
  const grub = await debianBase(cacheDir);
  const base = join(grub, 'root.ext4');
  const fileOf = (name: LayoutName): string => `${name.replaceAll(/[^\w]+/g, '-')}.raw`;
  const recipe = [import.meta.filename, join(import.meta.dirname, 'distributions.ts'), ...debianRecipe];
  const home = await buildOnce({ cacheDir, name: 'layouts', recipe }, async (work) => {
    const kernel =
      namesIn(base, '/boot')
        .find((file) => file.startsWith('vmlinuz-'))
        ?.slice('vmlinuz-'.length) ?? '';
    const filled = (name: LayoutName, at: number): string[] => {
      const { label, more = [], mounts, fstab, config, afterwards = [] }: Layout = layouts[name];
      const disk = `/dev/sd${String.fromCharCode('b'.charCodeAt(0) + at)}`;
      const own = (line: string): string => line.replaceAll('DISK', disk).replaceAll('KERNEL', kernel);
      const put = (text: string, place: string): string => {
        const path = join(work, `${at}${place.replaceAll('/', '-')}`);
        writeFileSync(path, own(text));
        return `upload ${path} /to${place}`;
      };
      const points = mounts.map(([path, mountable]) => ({
        path: path === '/' ? '/to' : `/to${path}`,
        mountable: own(mountable),
      }));
      return [
        ...more.map(own),
        ...points.flatMap(({ path, mountable }) => [`-mkdir-p ${path}`, `mount ${mountable} ${path}`]),
        'cp-a /from/. /to/',
        put(fstab, '/etc/fstab'),
        ...(label === 'none'
          ? ['rm-rf /to/boot/grub', put(config, '/boot/extlinux.conf'), 'extlinux /to/boot']
          : [put(config, '/boot/grub/grub.cfg')]),
        ...afterwards.map(own),
        ...[...points].reverse().map(({ path }) => `umount ${path}`),
      ];
    };
    for (const name of names) await emptyDisk(join(work, fileOf(name)), grub, layouts[name]);
    await guestfish(`add-drive ${base} readonly:true format:raw
${names.map((name) => `add-drive ${join(work, fileOf(name))} format:raw`).join('\n')}
run
mkmountpoint /from
mkmountpoint /to
mount-ro /dev/sda /from
${names.flatMap(filled).join('\n')}
`);
    for (const left of readdirSync(work)) if (!left.endsWith('.raw')) rmSync(join(work, left));
  });
  return Object.fromEntries(names.map((name) => [name, join(home, fileOf(name))])) as Record<LayoutName, string>;
}
