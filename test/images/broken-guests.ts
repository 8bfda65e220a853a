import type { SampleVariant } from '../../dev/sample/build.ts';
import type { Finding, Outcome } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Distribution } from './distributions.ts';
import { at, type Edit } from './edit.ts';
import { initramfsOf, kernelImage, luksHeader, qcow2Header, raidSuperblock } from './headers.ts';
import { usedByMany, usedSystem } from './used-system.ts';
import type { WindowsVariant } from './windows.ts';

/** A real disk, and all that an inspection must find wanting in it; whatever else applies to it passes. */
export type BrokenGuest = {
  from: SampleVariant | Distribution | { windows: WindowsVariant } | 'empty' | 'ext4';
  edits?: () => readonly Edit[];
  /** In the order of a report; of params those that matter. */
  wrong: Readonly<Record<string, { outcome: Outcome; params: Finding['params'] }>>;
  guest?: Partial<GuestFacts>;
};

const [fails, warns, cannotTell] = (['fail', 'warn', 'unknown'] as const).map(
  (outcome) =>
    (params: Finding['params'] = {}) => ({ outcome, params }),
) as [Wrong, Wrong, Wrong];
type Wrong = (params?: Finding['params']) => { outcome: Outcome; params: Finding['params'] };

const linuxFilesystem = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
const oldKernel = '2.6.26-2-amd64';

const linux: Record<string, BrokenGuest> = {
  'the sample, with which nothing is wrong': {
    from: 'good',
    wrong: {},
    guest: {
      partitionTable: 'gpt',
      firmware: ['bios', 'uefi'],
      bootLoader: 'grub',
      rootFilesystem: 'ext4',
      storage: ['ext4', 'vfat'],
    },
  },
  'a system that was moved from a physical server': {
    from: 'good',
    edits: () => [
      { partition: 1, type: linuxFilesystem },
      { partition: 2, type: linuxFilesystem },
      { esp: ['mmd', '::/EFI/debian'] },
      { esp: ['mmove', '::/EFI/BOOT/BOOTX64.EFI', '::/EFI/debian/grubx64.efi'] },
      {
        write: '/etc/fstab',
        text: `LABEL=cloudroot\t/\text4\tdefaults\t0\t1
UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b11\t/data\txfs\tdefaults\t0\t2
/dev/sdb1\tnone\tswap\tsw\t0\t0
nas:/export\t/srv\tnfs\tdefaults\t0\t0
`,
      },
      {
        write: '/boot/grub/grubenv',
        text: `# GRUB Environment Block\nsaved_entry=servers>old\n${'#'.repeat(900)}`,
      },
      {
        write: '/boot/grub/grub.cfg',
        text: `if [ "$next_entry" ]; then set default="$next_entry"; else set default="$saved_entry"; fi
menuentry 'Debian' --id new {
\tlinux\t/vmlinuz root=LABEL=cloudroot ro console=ttyS0
\tinitrd /initrd.img
}
submenu 'More' --id servers {
\tmenuentry 'Old' --id old {
\t\tlinux\t/vmlinuz root=UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b10 ro quiet resume=/dev/sdb1
\t\tinitrd\t/boot/initrd.img-old
\t}
}
`,
      },
      {
        // As dracut makes it on the machine that it is for.
        write: '/boot/initrd.img-old',
        text: initramfsOf({
          'usr/lib/dracut/hostonly-files': '/etc/crypttab\n',
          'usr/lib/modules/6.1.0/ahci.ko.xz': 'module',
        }),
      },
      { write: '/.autorelabel', text: '' },
    ],
    wrong: {
      'bios-boot-partition': warns(),
      'efi-fallback-loader': warns({ loaders: '/efi/debian/grubx64.efi' }),
      'efi-system-partition': warns({ devices: '/dev/sda2' }),
      'kernel-root-there': fails({ root: 'UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b10' }),
      'virtio-block-initramfs': fails(),
      'initramfs-host-only': warns(),
      'start-devices': warns({ devices: 'resume=/dev/sdb1' }),
      'fstab-missing': fails({ devices: 'UUID=6b1a1a52-7c0e-4f0f-9f0a-0d7f6f0f2b11' }),
      'fstab-swap': warns({ devices: '/dev/sdb1' }),
      'fstab-network': warns({ shares: 'nas:/export' }),
      'selinux-labels': warns(),
      'serial-console': warns(),
    },
    guest: { firmware: ['bios'], bootLoader: 'grub' },
  },
  'a disk that nothing starts, with a kernel whose modules are gone': {
    from: 'good',
    edits: () => [
      { bytes: luksHeader(), at: at.biosBoot },
      { esp: ['mdel', '::/EFI/BOOT/BOOTX64.EFI'] },
      { write: '/etc/fstab', text: '/dev/sda3 / ext4 defaults 0 1\n' },
      { remove: '/boot/grub/grub.cfg' },
      { write: '/boot/vmlinuz-virt', text: kernelImage('6.0.0-1-amd64') },
      {
        write: '/boot/extlinux.conf',
        text: `DEFAULT menu.c32
LABEL other
  LINUX vmlinuz-other
  APPEND root=LABEL=cloudroot
LABEL virt
  MENU DEFAULT
  LINUX vmlinuz-virt
  INITRD initramfs-virt
  APPEND root=/dev/sda3 ro console=ttyS0
`,
      },
    ],
    wrong: {
      'boot-loader': fails({ code: 'grub' }),
      'boot-sector-complete': fails(),
      'disk-encrypted': warns({ devices: '/dev/sda1' }),
      'kernel-entry': fails({ files: 'initramfs-virt' }),
      'kernel-modules': fails({ kernel: '6.0.0-1-amd64' }),
      'kernel-root-name': fails({ root: '/dev/sda3' }),
      'virtio-block-initramfs': fails(),
      'initramfs-root-driver': fails({ modules: 'ext4' }),
      'virtio-net': cannotTell(),
      nvme: warns(),
      'fstab-devices': fails({ devices: '/dev/sda3' }),
    },
    guest: {
      firmware: [],
      bootLoader: 'syslinux',
      defaultKernel: '6.0.0-1-amd64',
      storage: ['ext4', 'luks', 'vfat'],
    },
  },
  'a system that was used before its disk was taken': {
    from: 'good',
    edits: () => [...usedSystem, ...usedByMany],
    wrong: {
      'kernel-root-name': fails({ root: '/dev/sda3' }),
      'fstab-devices': fails({ devices: '/dev/sda3, /dev/sdb1' }),
      'serial-console': warns(),
      'cloud-init-datasources': fails({ listed: 'Azure' }),
      'cloud-init-network': warns({ file: '/etc/cloud/cloud.cfg.d/99_own.cfg' }),
      'cloud-init-hostname': warns(),
      'cloud-init-modules': warns({ modules: 'set-hostname, users-groups, ssh, resizefs' }),
      'network-bound-to-mac': warns({ files: '/etc/udev/rules.d/70-persistent-net.rules' }),
      'network-static': warns({ files: '/etc/network/interfaces' }),
      'network-adapter-names': warns({ names: 'eno1' }),
      'ssh-password-login': warns({ settings: 'PermitRootLogin yes' }),
      'disk-growth': warns(),
      'guest-agent': warns(),
      'time-sync': warns(),
      'clock-utc': warns(),
      'clone-machine-id': warns({ files: '/etc/machine-id' }),
      'clone-host-keys': warns({ count: 1 }),
      'clone-credentials': warns({ holders: '/root/.ssh/authorized_keys bob' }),
      'clone-empty-password': fails({ users: 'eve' }),
      'clone-users': warns({ users: 'bob eve' }),
      'clone-sudo': warns({ files: '/etc/sudoers.d/bob' }),
      'clone-private-keys': warns({ files: '/home/bob/.ssh/id_ed25519' }),
      'clone-histories': warns({ files: '/root/.bash_history' }),
      'clone-home-data': warns({ megabytes: 3 }),
      'clone-random-seed': warns({ files: '/var/lib/systemd/random-seed' }),
      'clone-dhcp-leases': warns({ files: '/var/lib/dhcp/dhclient.eth0.leases' }),
      'clone-logs': warns({ files: '/var/log/syslog' }),
      'clone-cloud-init': warns({ files: '/var/lib/cloud/instances/i-1' }),
      'clone-subscriptions': warns({ files: '/var/lib/ubuntu-advantage/private/machine-token.json' }),
      'clone-cloud-identity': warns({ files: '/usr/sbin/waagent' }),
      'clone-management-identity': warns({ files: '/etc/chef/client.pem' }),
      'foreign-tools': warns({ packages: '/etc/vmware-tools' }),
      'hardware-agents': warns({ packages: 'ipmievd' }),
    },
  },
  'a system with a kernel from before virtio, and with a cloud-init as old that is switched off': {
    from: 'good',
    edits: () => [
      {
        write: '/boot/grub/grub.cfg',
        text: `linux /boot/vmlinuz-${oldKernel} root=LABEL=cloudroot ro console=ttyS0\nboot\n`,
      },
      { write: `/boot/vmlinuz-${oldKernel}`, text: kernelImage(oldKernel) },
      { write: `/usr/lib/modules/${oldKernel}/modules.dep`, text: 'kernel/drivers/net/e1000.ko:\n' },
      { write: `/usr/lib/modules/${oldKernel}/modules.builtin`, text: 'kernel/fs/ext4/ext4.ko\n' },
      {
        change: '/var/lib/dpkg/status',
        by: (packages) => packages.replace(/(?<=^Package: cloud-init\n(?:.+\n)*Version: ).*/m, '0.7.6~bzr976-2'),
      },
      { write: '/etc/cloud/cloud-init.disabled', text: '' },
      { remove: '/etc/systemd/system/multi-user.target.wants/ssh.service' },
      { write: '/usr/sbin/qemu-ga', text: '' },
    ],
    wrong: {
      'kernel-version': fails({ version: oldKernel }),
      'virtio-block-initramfs': fails({ kernel: oldKernel }),
      'virtio-net': fails({ kernel: oldKernel }),
      nvme: warns(),
      'cloud-init-enabled': fails({ reason: '/etc/cloud/cloud-init.disabled' }),
      'cloud-init-version': warns({ version: '0.7.6~bzr976' }),
      'ssh-server-enabled': warns(),
    },
    guest: { defaultKernel: oldKernel, guestAgent: true },
  },
  'half of a mirror, with a system that was never meant for a cloud': {
    from: 'no-cloud-init',
    edits: () => [
      // libblkid looks for no RAID on what is no larger than a floppy.
      { addPartition: `start=${at.end / 512}, size=4000, type=R` },
      { bytes: raidSuperblock(), at: at.end + 4096 },
      { remove: '/usr/sbin/sshd' },
    ],
    wrong: {
      'software-raid': warns({ devices: '/dev/sda4' }),
      'cloud-init-installed': fails(),
      'ssh-server': warns(),
      // The other half lies behind the root.
      'disk-growth': warns(),
    },
    guest: { storage: ['ext4', 'raid', 'vfat'] },
  },
  'a root filesystem on a logical volume': {
    from: 'debian-lvm',
    wrong: { 'root-on-lvm': warns({ device: '/dev/system/root' }) },
    guest: { storage: ['ext4', 'lvm', 'vfat'], rootFilesystem: 'ext4' },
  },
  'an Alpine for UEFI, whose boot entry stayed in its old machine': {
    from: 'alpine-tree',
    edits: () => [
      { esp: ['mmd', '::/EFI/alpine'] },
      { esp: ['mmove', '::/EFI/BOOT/BOOTX64.EFI', '::/EFI/alpine/grubx64.efi'] },
      { write: '/boot/initramfs-virt', text: initramfsOf({ init: '#!/bin/sh\n' }) },
      { remove: '/etc/runlevels/boot/cloud-init-local' },
      { remove: '/etc/runlevels/default/cloud-init' },
      { remove: '/etc/runlevels/default/sshd' },
    ],
    wrong: {
      'boot-loader': fails({ code: 'none' }),
      'efi-fallback-loader': fails({ wanted: '/efi/boot/bootx64.efi', loaders: '/efi/alpine/grubx64.efi' }),
      'virtio-block-initramfs': fails(),
      nvme: warns(),
      'cloud-init-enabled': fails({ reason: 'its services are not enabled' }),
      'ssh-server-enabled': warns(),
      'time-sync': warns(),
    },
    guest: { initSystem: 'openrc', packageFormat: 'apk', firmware: [] },
  },
};

const windows: Record<string, BrokenGuest> = {
  'a Windows that was prepared': {
    from: { windows: 'prepared' },
    wrong: {},
    guest: {
      partitionTable: 'gpt',
      firmware: ['uefi'],
      osType: 'windows',
      osName: 'Windows Server 2022 Standard',
      osVersion: '10.0.20348.2113',
      osEdition: 'ServerStandard',
      architecture: 'x86_64',
      guestAgent: true,
      hardwareClock: 'utc',
    },
  },
  'a Windows straight from another hypervisor, still hibernated': {
    from: { windows: 'used' },
    wrong: {
      'windows-boot-store': fails({ firmware: 'BIOS' }),
      'windows-disk-driver-at-boot': fails({ reason: 'viostor: StartOverride=3' }),
      'windows-network-driver': fails(),
      'windows-hibernated': fails(),
      'windows-pending-changes': warns({ signs: 'PendingFileRenameOperations, RebootPending' }),
      'windows-cloudbase-init-starts': fails({ start: 4 }),
      'windows-cloudbase-init-sources': warns({ sources: 'VMwareGuestInfoService' }),
      'windows-remote-desktop': warns({ setting: 'fDenyTSConnections' }),
      'windows-generalized': warns({ state: 'IMAGE_STATE_COMPLETE' }),
      'windows-foreign-tools': warns({ tools: 'VMware Tools' }),
    },
    guest: { osName: 'Windows 11 Pro', osVersion: '10.0.22631', guestAgent: false, hardwareClock: 'local' },
  },
  'an old Windows with 32 bits, into which a driver was only copied': {
    from: { windows: 'old' },
    wrong: {
      architecture: fails({ architecture: 'i386' }),
      'windows-version': fails({ version: '6.0' }),
      'windows-disk-driver': fails({ found: 'viostor.sys' }),
      'windows-network-driver': fails(),
      'windows-volume-clean': warns(),
      'windows-cloudbase-init': fails(),
      'windows-generalized': cannotTell({ what: 'ImageState' }),
      'windows-foreign-tools': warns({ tools: 'VirtualBox Guest Additions' }),
    },
    guest: { osVersion: '6.0.6002', architecture: 'i386' },
  },
  'a Windows with half its registry, whose preparation broke off, and no one partition to start': {
    from: { windows: 'damaged' },
    wrong: {
      'boot-loader': fails({ code: 'active-partition' }),
      'boot-active-partition': fails({ count: 2 }),
      'windows-registry': fails({ hives: 'SYSTEM' }),
      'windows-version': warns({ version: '6.3' }),
      'windows-disk-driver': cannotTell({ what: 'SYSTEM' }),
      'windows-disk-driver-at-boot': cannotTell({ what: 'SYSTEM' }),
      'windows-network-driver': cannotTell({ what: 'SYSTEM' }),
      'windows-pending-changes': cannotTell({ what: 'SYSTEM' }),
      'windows-cloudbase-init-starts': cannotTell({ what: 'SYSTEM' }),
      'windows-remote-desktop': cannotTell({ what: 'SYSTEM' }),
      'windows-generalized': fails({ state: 'IMAGE_STATE_UNDEPLOYABLE' }),
      'windows-foreign-tools': cannotTell({ what: 'SYSTEM' }),
    },
    guest: { osVersion: '6.3.9600', firmware: [] },
  },
  'a Windows behind BitLocker, of which nothing else can be seen': {
    from: { windows: 'encrypted' },
    wrong: {
      'operating-system': cannotTell({ unseen: 'encrypted', what: '/dev/sda2' }),
      'windows-bitlocker': fails({ volumes: '/dev/sda2' }),
    },
  },
};

const noSystem: Record<string, BrokenGuest> = {
  'a disk with data only': {
    from: 'ext4',
    wrong: { 'operating-system': fails({ count: 0, table: 'none', content: 'ext4' }) },
    guest: { storage: ['ext4'], firmware: [] },
  },
  // Whoever is not told that it is raw would look for that file.
  'a disk whose data looks like a qcow2': {
    from: 'empty',
    edits: () => [{ bytes: qcow2Header('/nowhere'), at: at.bootSector }],
    // Nobody knows what its data are, but firmware starts none of them.
    wrong: {
      'operating-system': cannotTell({ unseen: 'content', what: '/dev/sda' }),
      architecture: cannotTell(),
      'boot-loader': fails({ code: 'none' }),
    },
    guest: { mayHoldSystem: true },
  },
  'a disk that is encrypted as a whole': {
    from: 'empty',
    edits: () => [{ bytes: luksHeader(), at: at.bootSector }],
    wrong: {
      'operating-system': cannotTell({ unseen: 'encrypted', what: '/dev/sda' }),
      'disk-encrypted': fails({ devices: '/dev/sda' }),
    },
    guest: { partitionTable: 'none', firmware: [] },
  },
};

/** Between them every check passes on one and finds fault with another; many faults share a disk where none hides another. */
export const brokenGuests: Readonly<Record<string, BrokenGuest>> = { ...linux, ...windows, ...noSystem };
