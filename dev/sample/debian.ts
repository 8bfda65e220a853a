import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { layout } from './disk.ts';

const run = promisify(execFile);
const MiB = 1024 ** 2;

const packages = [
  ...['linux-image-cloud-amd64', 'systemd-sysv', 'systemd-resolved', 'netplan.io', 'udev', 'iproute2'],
  ...[
    'systemd-timesyncd',
    'cloud-init',
    'cloud-guest-utils',
    'e2fsprogs',
    'openssh-server',
    'sudo',
    'grub-pc-bin',
    'grub-efi-amd64-bin',
  ],
];

const grubModules =
  'part_gpt part_msdos ext2 xfs btrfs lvm fat search search_label configfile normal linux echo serial terminal test gzio';
/** Its parser knows no conditions yet, but goes on after what fails: on btrfs the root is the subvolume @. */
const early = `search --no-floppy --label cloudroot --set=root
set prefix=($root)/boot/grub
configfile $prefix/grub.cfg
configfile ($root)/@/boot/grub/grub.cfg
`;

/** GRUB starts the newest kernel at once on our disks, and says so on the serial console too. */
export function grubConfig({
  top = '',
  kernel = 'vmlinuz',
  root = 'LABEL=cloudroot',
  initrd = 'initrd.img',
  more = '',
} = {}): string {
  return `serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
linux ${top}/${kernel} root=${root} ro ${more}console=tty0 console=ttyS0,115200
${initrd ? `initrd ${top}/${initrd}\n` : ''}boot
`;
}

/** A line of `installDebian`'s script: the root as it is now becomes the filesystem NAME.ext4 of so many MiB in the work folder. */
export function filesystem(work: string, name: string, size: number = layout.rootSize): string {
  // GRUB 2.06 reads neither of the features that are left out. Where mmdebstrap has mounted /proc and /sys for the hook, mke2fs
  // would copy them: it works in a mount namespace of its own, without them.
  return `truncate -s ${size}M ${work}/${name}.ext4
unshare --mount sh -c 'umount -R "$1/proc" "$1/sys" 2>/dev/null || true
exec mke2fs -q -t ext4 -L cloudroot -O ^metadata_csum_seed,^orphan_file,^metadata_csum -d "$1" "$2"' sh "$root" ${work}/${name}.ext4`;
}

export type DebianOptions = {
  suite?: 'bullseye' | 'bookworm' | 'trixie' | 'sid';
  /** A line of sources.list(5) instead of the suite's usual ones. */
  source?: string;
  /** The program that makes its initramfs. */
  initramfs?: 'initramfs-tools' | 'dracut';
  more?: readonly string[];
  /** Packages that it would have otherwise. */
  without?: readonly string[];
  /** Lines of sh(1), whose `$root` is the folder of the new system. */
  script: string;
};

/**
 * Installs a small Debian with cloud-init from Debian's packages and runs a script on it. GRUB's parts
 * (boot.img, core.img, bootx64.efi) are left in the work folder. mmdebstrap(1)
 */
export async function installDebian(
  work: string,
  { suite = 'bookworm', source, initramfs = 'initramfs-tools', more = [], without = [], script }: DebianOptions,
): Promise<void> {
  const hook = join(work, 'hook.sh');
  // mmdebstrap calls the hook with the folder of the new system, in whatever namespace it works.
  const wanted = [...packages, initramfs, ...more].filter((name) => !without.includes(name));
  await writeFile(
    hook,
    `#!/bin/sh
set -eu
root=$1
echo 'LABEL=cloudroot / ext4 defaults,errors=remount-ro 0 1' > "$root/etc/fstab"
echo debian > "$root/etc/hostname"
: > "$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
mkdir -p "$root/boot/grub"
cat > "$root/boot/grub/grub.cfg" <<'CFG'
${grubConfig()}CFG
cat > "$root/early.cfg" <<'CFG'
${early}CFG
printf 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]\\n' > "$root/etc/cloud/cloud.cfg.d/90_datasources.cfg"
rm -f "$root"/etc/ssh/ssh_host_*
chroot "$root" grub-mkimage -O i386-pc -o /core.img -p /boot/grub -c /early.cfg biosdisk ${grubModules}
chroot "$root" grub-mkimage -O x86_64-efi -o /bootx64.efi -p /boot/grub -c /early.cfg ${grubModules}
mv "$root/core.img" "$root/bootx64.efi" ${work}/
cp "$root/usr/lib/grub/i386-pc/boot.img" ${work}/
rm "$root/early.cfg"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
${script}
`,
    { mode: 0o755 },
  );
  await run(
    'mmdebstrap',
    [
      ...['--mode=auto', '--variant=apt', '--format=null', `--include=${wanted.join(',')}`],
      ...['doc', 'man', 'locale', 'info'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      ...[`--customize-hook=${hook} "$1"`, suite, '/dev/null', ...(source ? [source] : [])],
    ],
    { maxBuffer: 64 * MiB, timeout: 1_800_000 },
  );
  await rm(hook);
}
