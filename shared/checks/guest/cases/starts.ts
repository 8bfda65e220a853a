import type { BootSectorView, EfiLoader, VolumeView } from '../guest-view.ts';
import { partly, toSeen, toUnseen } from '../unseen.ts';
import { type Case, disk, goodDisk, kernel, linux, onDisk } from './case.ts';

function initramfs(...modules: string[]) {
  return { whole: true, modules: new Set(modules), hostOnly: false } as const;
}
const unreadable = { ...initramfs(), whole: false };
const cut = { ...initramfs('virtio_blk'), whole: false };
const none = undefined;

const nothing: BootSectorView = { code: 'none', next: false, coreAt: undefined };
const grubAlone: BootSectorView = { code: 'grub', next: false, coreAt: undefined };
function viaPartition(next: boolean): BootSectorView {
  return { code: 'active-partition', next, coreAt: undefined };
}
const foreign = partly<BootSectorView>({
  code: toSeen('unknown'),
  next: toUnseen('boot-code'),
  coreAt: toSeen(undefined),
});
function loader(path: string, onSystemPartition = true): EfiLoader {
  return {
    path,
    device: '/dev/sda2',
    onSystemPartition,
  };
}
const debianLoader = loader('/efi/debian/grubx64.efi');

function volumes(...more: VolumeView[]) {
  return { volumes: [...goodDisk.volumes, ...more] };
}
const luks: VolumeView = { device: '/dev/sda4', type: 'crypto_LUKS', uuid: 'aaaa' };
const logical: VolumeView = { device: '/dev/vg-a/root', type: 'xfs', uuid: 'bbbb' };

function fstab(...lines: string[]) {
  return { startup: { fstab: lines } };
}
function startWith(commandLine: string) {
  return {
    boot: { entry: { from: '/boot/grub/grub.cfg', kernel: '/vmlinuz', initrds: [], commandLine, missing: [] } },
  };
}
const system = { systems: 0, linux: undefined };

/** Does it start? */
export const starts: Case[] = [
  ['operating-system', disk(), 'pass'],
  ['operating-system', disk({ systems: 2 }), 'warn', { count: 2 }],
  ['operating-system', disk(system), 'fail', { count: 0, table: 'gpt', content: 'vfat ext4' }],
  ['operating-system', onDisk({ volumes: [] }, { ...system, facts: {} }), 'fail', { table: '-', content: '-' }],
  [
    'operating-system',
    onDisk(volumes(luks), { linux: undefined, systems: toUnseen('encrypted', luks.device) as never }),
    'unknown',
  ],
  ['architecture', disk(), 'pass'],
  ['architecture', disk({ facts: { architecture: 'i386' } }), 'fail', { architecture: 'i386' }],
  ['architecture', disk({ facts: {} }), 'unknown'],

  ['boot-loader', disk(), 'pass'],
  ['boot-loader', onDisk({ bootSector: nothing }), 'pass'],
  ['boot-loader', onDisk({ bootSector: nothing, efiLoaders: [debianLoader] }), 'fail', { code: 'none' }],
  ['boot-loader', onDisk({ bootSector: grubAlone, efiLoaders: [] }), 'fail', { code: 'grub' }],
  ['boot-loader', onDisk({ bootSector: foreign, efiLoaders: [] }), 'unknown'],
  ['boot-loader', onDisk({}, { facts: { architecture: 'aarch64' } }), 'fail'],
  [
    'boot-loader',
    onDisk(
      { bootSector: nothing, efiLoaders: [loader('/efi/boot/bootaa64.efi')] },
      { facts: { architecture: 'aarch64' } },
    ),
    'pass',
  ],
  ['boot-sector-complete', disk(), 'pass'],
  ['boot-sector-complete', onDisk({ bootSector: grubAlone }), 'warn'],
  ['boot-sector-complete', onDisk({ bootSector: grubAlone, efiLoaders: [] }), 'fail'],
  ['boot-active-partition', onDisk({ bootSector: viaPartition(true) }), 'pass'],
  ['boot-active-partition', onDisk({ bootSector: viaPartition(false), efiLoaders: [] }), 'fail', { count: 0 }],
  ['boot-active-partition', onDisk({ bootSector: viaPartition(false) }), 'warn'],
  ['bios-boot-partition', disk(), 'pass'],
  ['bios-boot-partition', onDisk({ partitions: goodDisk.partitions.slice(1) }), 'warn'],
  ['bios-boot-partition', onDisk({ bootSector: { code: 'grub', next: true, coreAt: 34 * 512 } }), 'warn'],
  ['efi-fallback-loader', disk(), 'pass'],
  [
    'efi-fallback-loader',
    onDisk({ efiLoaders: [debianLoader] }),
    'warn',
    { loaders: '/efi/debian/grubx64.efi', wanted: '/efi/boot/bootx64.efi' },
  ],
  ['efi-fallback-loader', onDisk({ efiLoaders: [debianLoader], bootSector: nothing }), 'fail'],
  ['efi-system-partition', disk(), 'pass'],
  [
    'efi-system-partition',
    onDisk({ efiLoaders: [loader('/efi/boot/bootx64.efi', false)] }),
    'warn',
    { devices: '/dev/sda2' },
  ],
  ['disk-encrypted', disk(), 'pass'],
  ['disk-encrypted', onDisk(volumes(luks)), 'warn', { devices: '/dev/sda4' }],
  ['disk-encrypted', onDisk(volumes(luks), system), 'fail'],
  ['software-raid', disk(), 'pass'],
  [
    'software-raid',
    onDisk(volumes({ device: '/dev/sda4', type: 'linux_raid_member' })),
    'warn',
    { devices: '/dev/sda4' },
  ],

  ['kernel-entry', disk(), 'pass'],
  ['kernel-entry', linux({ boot: { entry: toUnseen('boot-entry') } }), 'unknown'],
  [
    'kernel-entry',
    linux({
      boot: {
        entry: { from: '/x', kernel: '/vmlinuz-1', initrds: [], commandLine: '', missing: ['/vmlinuz-1'] },
      },
    }),
    'fail',
    { files: '/vmlinuz-1' },
  ],
  ['kernel-version', disk(), 'pass'],
  ['kernel-version', linux({ kernel: { version: '2.6.27-1' } }), 'pass'],
  ['kernel-version', linux({ kernel: { version: '2.6.26-2-amd64' } }), 'fail', { version: '2.6.26-2-amd64' }],
  ['kernel-version', linux({ kernel: undefined }), 'fail', { version: '-' }],
  ['kernel-modules', disk(), 'pass'],
  [
    'kernel-modules',
    linux({ boot: { moduleFolders: ['6.1.0-55-amd64'] } }),
    'fail',
    { kernel: kernel.version, modules: '6.1.0-55-amd64' },
  ],
  ['kernel-modules', linux({ boot: { moduleFolders: [] } }), 'unknown'],
  ['kernel-root-name', disk(), 'pass'],
  ['kernel-root-name', linux(startWith('root=UUID=1 ro root=/dev/sda1')), 'fail', { root: '/dev/sda1' }],
  ['kernel-root-name', linux(startWith('root=/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1')), 'fail'],
  ['kernel-root-name', linux(startWith('root=/dev/mapper/vg--a-root')), 'pass'],
  ['kernel-root-name', linux({ boot: { entry: toUnseen('boot-entry') }, startup: { kernelLines: [] } }), 'unknown'],
  ['kernel-root-there', disk(), 'pass'],
  ['kernel-root-there', linux(startWith('root=UUID=03614083-9F4E-4CC2-9AD9-D43770A23475')), 'pass'],
  ['kernel-root-there', linux(startWith('root=PARTUUID=f1802915-5537-e643-82b1-f680c9680d58')), 'pass'],
  ['kernel-root-there', linux(startWith('root=/dev/vda3')), 'pass'],
  ['kernel-root-there', linux(startWith('root=/dev/vda4')), 'fail', { root: '/dev/vda4' }],
  ['kernel-root-there', linux(startWith('root=UUID=dead')), 'fail', { root: 'UUID=dead' }],
  ['kernel-root-there', linux(startWith('root=UUID=dead'), volumes(luks)), 'unknown'],
  ['kernel-root-there', linux(startWith('root=/dev/mapper/vg--a-root'), volumes(logical)), 'pass'],
  ['kernel-root-there', linux(startWith('root=/dev/mapper/vg-other'), volumes(logical)), 'fail'],

  ['virtio-block-initramfs', disk(), 'pass'],
  [
    'virtio-block-initramfs',
    linux({ kernel: { builtin: new Set(['virtio_pci', 'virtio_blk']), initramfs: none } }),
    'pass',
  ],
  ['virtio-block-initramfs', linux({ kernel: { initramfs: initramfs('virtio_blk') } }), 'fail'],
  ['virtio-block-initramfs', linux({ kernel: { initramfs: none } }), 'fail'],
  ['virtio-block-initramfs', linux({ kernel: { initramfs: unreadable } }), 'unknown'],
  // A module that is not in the names of a part may be in the rest. A module that is in the names certainly exists.
  ['virtio-block-initramfs', linux({ kernel: { initramfs: cut } }), 'unknown'],
  ['virtio-block-initramfs', linux({ kernel: { builtin: new Set(['virtio_pci']), initramfs: cut } }), 'pass'],
  ['initramfs-root-driver', disk(), 'pass'],
  ['initramfs-root-driver', linux({ kernel: { builtin: new Set(), initramfs: initramfs('ext4') } }), 'pass'],
  ['initramfs-root-driver', linux({ kernel: { builtin: new Set() } }), 'fail', { modules: 'ext4' }],
  ['initramfs-root-driver', linux({ kernel: { builtin: new Set(), initramfs: unreadable } }), 'unknown'],
  [
    'initramfs-root-driver',
    linux({ startup: { rootDevice: '/dev/vg-a/root' }, kernel: { initramfs: initramfs('xfs') } }, volumes(logical)),
    'fail',
    { modules: 'dm_mod' },
  ],
  [
    'initramfs-root-driver',
    linux(
      { startup: { rootDevice: '/dev/md127' }, kernel: { builtin: new Set(['ext4', 'md_mod']) } },
      volumes({ device: '/dev/md127', type: 'ext4' }),
    ),
    'fail',
    { modules: 'raid1' },
  ],
  ['initramfs-host-only', disk(), 'pass'],
  ['initramfs-host-only', linux({ kernel: { initramfs: { ...initramfs(), hostOnly: true } } }), 'warn'],
  ['virtio-net', disk(), 'pass'],
  ['virtio-net', linux({ kernel: { modules: new Set(['e1000']) } }), 'fail', { kernel: kernel.version }],
  ['virtio-net', linux({ kernel: { modules: new Set(), builtin: new Set() } }), 'unknown'],
  ['nvme', disk(), 'pass'],
  ['nvme', linux({ kernel: { initramfs: initramfs('virtio_blk') } }), 'warn', { kernel: kernel.version }],
  ['nvme', linux({ kernel: { initramfs: unreadable } }), 'unknown'],

  ['start-devices', disk(), 'pass'],
  [
    'start-devices',
    linux(startWith('resume=UUID=dead rd.lvm.lv=vg/swap')),
    'warn',
    { devices: 'resume=UUID=dead rd.lvm.lv=vg/swap' },
  ],
  ['start-devices', linux(startWith('resume=/dev/sda2 quiet')), 'warn', { devices: 'resume=/dev/sda2' }],
  [
    'start-devices',
    linux(startWith('resume=LABEL=cloudroot rd.lvm.lv=vg-a/root rd.lvm.vg=vg-a'), volumes(logical)),
    'pass',
  ],
  ['start-devices', linux(startWith('rd.md.uuid=01234567:89abcdef:01234567:89abcdef')), 'warn'],
  [
    'start-devices',
    linux(
      startWith('rd.md.uuid=01234567:89abcdef:01234567:89abcdef'),
      volumes({ device: '/dev/sda5', type: 'linux_raid_member', uuid: '01234567-89ab-cdef-0123-456789abcdef' }),
    ),
    'pass',
  ],
  ['start-devices', linux(startWith('rd.luks.uuid=luks-bbbb')), 'warn', { devices: 'rd.luks.uuid=luks-bbbb' }],
  ['start-devices', linux(startWith('rd.luks.uuid=luks-aaaa resume=/dev/mapper/swap'), volumes(luks)), 'pass'],
  ['start-devices', linux({ startup: { resume: 'UUID=dead' } }), 'warn', { devices: 'resume=UUID=dead' }],
  [
    'start-devices',
    linux({ startup: { crypttab: ['swap UUID=dead /dev/urandom swap'] } }),
    'warn',
    { devices: '/etc/crypttab: UUID=dead' },
  ],
  [
    'start-devices',
    linux({ startup: { crypttab: ['data UUID=dead none luks,nofail', 'file /x.img none luks'] } }),
    'pass',
  ],
  [
    'start-devices',
    linux({ startup: { nextLine: 'ro root=/dev/loop0p2' } }),
    'warn',
    { devices: '/etc/kernel/cmdline: root=/dev/loop0p2' },
  ],
  ['start-devices', linux({ startup: { nextLine: 'root=LABEL=cloudroot' } }), 'pass'],
  ['kernel-root-name', linux(startWith('root=/dev/loop0p2')), 'fail', { root: '/dev/loop0p2' }],
  ['start-devices', linux({ startup: { lvmDevices: '/etc/lvm/devices/system.devices' } }), 'pass'],
  [
    'start-devices',
    linux(
      { startup: { lvmDevices: '/etc/lvm/devices/system.devices' } },
      volumes({ device: '/dev/sda4', type: 'LVM2_member' }),
    ),
    'warn',
    { devices: '/etc/lvm/devices/system.devices' },
  ],
  ['start-devices', linux({ boot: { entry: toUnseen('boot-entry') }, startup: { kernelLines: [] } }), 'unknown'],
  ['fstab-devices', disk(), 'pass'],
  ['fstab-devices', linux(fstab('/dev/sda1 / ext4 defaults 0 1')), 'fail', { devices: '/dev/sda1' }],
  ['fstab-devices', linux(fstab('/dev/disk/by-id/ata-DISK_1-part1 /data ext4 defaults 0 2')), 'fail'],
  [
    'fstab-devices',
    linux(fstab('/dev/sdb1 /data ext4 nofail 0 2', '/dev/sda2 none swap sw 0 0', '/dev/sdc1 /x ext4 noauto 0 0')),
    'pass',
  ],
  ['fstab-missing', disk(), 'pass'],
  [
    'fstab-missing',
    linux(fstab('UUID="7704-f69e" /boot/efi vfat umask=0077 0 1', 'tmpfs /tmp tmpfs rw', '/swap.img none swap sw 0 0')),
    'pass',
  ],
  ['fstab-missing', linux(fstab('UUID=dead /data ext4 nofail 0 2', 'UUID=dead /x ext4 noauto 0 0')), 'pass'],
  ['fstab-missing', linux(fstab('UUID=dead /data ext4 defaults 0 2')), 'fail', { devices: 'UUID=dead' }],
  ['fstab-missing', linux(fstab('LABEL=my\\040data /data ext4')), 'fail', { devices: 'LABEL=my\\040data' }],
  [
    'fstab-missing',
    linux(fstab('LABEL=my\\040data /data ext4'), volumes({ device: '/dev/sda4', type: 'ext4', label: 'my data' })),
    'pass',
  ],
  [
    'fstab-missing',
    linux(fstab('/dev/mapper/vg-home /home xfs defaults 0 0')),
    'fail',
    { devices: '/dev/mapper/vg-home' },
  ],
  ['fstab-missing', linux(fstab('/dev/vg-a/root / xfs', '/dev/mapper/vg--a-root /x xfs'), volumes(logical)), 'pass'],
  ['fstab-swap', disk(), 'pass'],
  [
    'fstab-swap',
    linux(fstab('/dev/sda2 none swap sw 0 0', 'UUID=gone none swap sw 0 0')),
    'warn',
    { devices: '/dev/sda2, UUID=gone' },
  ],
  ['fstab-swap', linux(fstab('UUID=gone none swap nofail 0 0', '/swapfile none swap sw 0 0')), 'pass'],
  ['fstab-network', disk(), 'pass'],
  ['fstab-network', linux(fstab('nas:/export /srv nfs defaults 0 0')), 'warn', { shares: 'nas:/export' }],
  ['fstab-network', linux(fstab('nas:/export /srv nfs _netdev 0 0', '//nas/x /x cifs nofail 0 0')), 'pass'],
  ['root-on-lvm', disk(), 'pass'],
  [
    'root-on-lvm',
    linux({ startup: { rootDevice: '/dev/vg-a/root' } }, volumes(logical)),
    'warn',
    { device: '/dev/vg-a/root' },
  ],
  ['selinux-labels', disk(), 'pass'],
  [
    'selinux-labels',
    linux({ startup: { selinux: { enforcing: true, relabelPending: true, labelled: true } } }),
    'warn',
  ],
  [
    'selinux-labels',
    linux({ startup: { selinux: { enforcing: true, relabelPending: false, labelled: false } } }),
    'unknown',
  ],
  [
    'selinux-labels',
    linux({ startup: { selinux: { enforcing: true, relabelPending: false, labelled: true } } }),
    'pass',
  ],
  ['serial-console', disk(), 'pass'],
  ['serial-console', linux(startWith('ro quiet')), 'warn'],
  ['serial-console', linux({ boot: { entry: toUnseen('boot-entry') }, startup: { kernelLines: [] } }), 'unknown'],
];
