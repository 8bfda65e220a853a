import type { SampleVariant } from '../../dev/sample/build.ts';
import { grubConfig } from '../../dev/sample/debian.ts';
import { at, type Edit } from './edit.ts';

const sector = 512;

/** A real image that is broken in one way, and what the boot check must find. */
export type BrokenStart = {
  found: readonly string[];
  edits: readonly Edit[];
  from?: SampleVariant;
  firmware?: 'bios' | 'uefi';
  /** For what does not end by itself, or late: how long it is waited for. */
  seconds?: number;
};

function grub(text: string): Edit {
  return { write: '/boot/grub/grub.cfg', text };
}

/** A service that systemd starts before all others and waits for. */
function earlyService(command: string): Edit[] {
  return [
    {
      write: '/etc/systemd/system/early.service',
      text: `[Unit]\nDefaultDependencies=no\nBefore=sysinit.target\n[Service]\nType=oneshot\nExecStart=${command}\n`,
    },
    { link: '/etc/systemd/system/sysinit.target.wants/early.service', to: '/etc/systemd/system/early.service' },
  ];
}

export const brokenStarts: Record<string, BrokenStart> = {
  'no boot sector': {
    found: ['boot-no-bootable-device fail'],
    edits: [{ bytes: Buffer.alloc(sector), at: at.bootSector }],
  },
  'no boot loader for UEFI': {
    found: ['boot-no-bootable-device fail'],
    edits: [{ esp: ['mdel', '::/EFI/BOOT/BOOTX64.EFI'] }],
    firmware: 'uefi',
  },
  "GRUB's core damaged": {
    found: ['boot-loader-stuck fail'],
    edits: [{ bytes: Buffer.alloc(400_000), at: at.biosBoot + sector }],
  },
  'no configuration of GRUB': { found: ['boot-loader-stuck fail'], edits: [{ remove: '/boot/grub/grub.cfg' }] },
  'no kernel': { found: ['boot-loader-stuck fail'], edits: [{ remove: '/vmlinuz' }] },
  'no initramfs, so no driver for the disk': {
    found: ['boot-no-root-device fail'],
    edits: [grub(grubConfig({ initrd: '' }))],
  },
  'root= names another disk': {
    found: ['boot-no-root-device fail'],
    edits: [grub(grubConfig({ root: 'UUID=0b2ef1e4-4d1a-4c0a-8d52-2a4c5e5b3b1f' }))],
  },
  'no init': { found: ['boot-no-init fail'], edits: [{ remove: '/usr/lib/systemd/systemd' }] },
  'no C library': { found: ['boot-kernel-panic fail'], edits: [{ remove: '/usr/lib/x86_64-linux-gnu/libc.so.6' }] },
  'a wrong line in fstab': {
    found: ['boot-emergency-mode fail'],
    edits: [
      { write: '/etc/fstab', text: 'LABEL=cloudroot / ext4 defaults 0 1\nLABEL=ESP /boot/efi ext4 defaults 0 2\n' },
    ],
  },
  'no cloud-init': { found: ['boot-cloud-init-silent fail'], edits: [], from: 'no-cloud-init' },
  // Nothing is wrong with it that keeps it from starting: GRUB goes on, and the initramfs gives up on a device that is gone.
  'a boot loader that complains, before a quiet kernel that waits': {
    found: ['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device pass'],
    edits: [
      grub(
        `search --no-floppy --fs-uuid --set=other 0b2ef1e4-4d1a-4c0a-8d52-2a4c5e5b3b1f\n${grubConfig({ more: 'quiet loglevel=0 resume=UUID=0b2ef1e4-4d1a-4c0a-8d52-2a4c5e5b3b1f ' })}`,
      ),
    ],
    seconds: 500,
  },
  // Neither the initramfs nor the system loads it for the adapter that is there. modprobe.d(5), kernel-command-line(7)
  'no driver for its network adapter': {
    found: ['boot-reached-cloud-init pass', 'boot-seed-applied pass', 'boot-network-device fail'],
    edits: [
      grub(grubConfig({ more: 'modprobe.blacklist=virtio_net ' })),
      // It would wait two minutes for an adapter.
      { link: '/etc/systemd/system/systemd-networkd-wait-online.service', to: '/dev/null' },
    ],
  },
  'a datasource that crashes': {
    found: ['boot-cloud-init-failed fail'],
    edits: [
      {
        write: '/usr/lib/python3/dist-packages/cloudinit/sources/DataSourceNoCloud.py',
        text: 'raise RuntimeError("broken")\n',
      },
    ],
  },
  'no NoCloud among its datasources': {
    found: ['boot-seed-ignored fail'],
    edits: [
      {
        write: '/etc/cloud/cloud.cfg.d/90_datasources.cfg',
        text: 'datasource_list: [ ConfigDrive, OpenStack, None ]\n',
      },
    ],
  },
  'a service that switches the machine off': {
    found: ['boot-shut-down fail'],
    edits: earlyService('/usr/bin/systemctl poweroff --force'),
  },
  'a service that never ends': {
    found: ['boot-timeout fail'],
    edits: earlyService('/usr/bin/sleep infinity'),
    seconds: 50,
  },
  'a system that says nothing': {
    found: ['boot-no-sign-of-life fail'],
    edits: [
      grub(
        'linux /vmlinuz root=LABEL=cloudroot ro console=tty0 init=/bin/sleep -- infinity\ninitrd /initrd.img\nboot\n',
      ),
    ],
    seconds: 30,
  },
};
