import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { installDebian } from '../../dev/sample/debian.ts';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { windowsImages } from './windows.ts';

/**
 * What starts on the disk:
 * - `agent`: QEMU's guest agent, under the name that the config drive gives.
 * - `dhcp`: a DHCP client that speaks as Windows does, under that name.
 * - `dhcp-own-name`: the same, under a name of its own.
 * - `stops`: a panic that its pvpanic driver tells of.
 * - `silent`: nothing that could be heard.
 */
export type StandIn = 'agent' | 'dhcp' | 'dhcp-own-name' | 'stops' | 'silent';

const MiB = 1024 ** 2;
/** Where the EFI system partition of the disk `prepared` begins. */
const systemPartition = 1 * MiB;

const grub = `search --no-floppy --file /stand-in.cfg --set=root
configfile ($root)/stand-in.cfg
`;

const hook = `#!/bin/sh
[ "$1" = prereqs ] && exit 0
. /usr/share/initramfs-tools/hook-functions
copy_exec /usr/sbin/qemu-ga
cp /etc/os-release "$DESTDIR/etc/os-release"
manual_add_modules virtio_pci virtio_blk virtio_net virtio_console vfat nls_cp437 nls_ascii nls_iso8859-1 pvpanic-mmio
`;

/** The seed is the disk that is no disk of the system's. Its own name is what a Windows calls itself that was told nothing. */
const start = `#!/bin/sh
[ "$1" = prereqs ] && exit 0
for each in virtio_pci virtio_blk virtio_net virtio_console vfat nls_ascii pvpanic-mmio; do modprobe "$each"; done
udevadm settle 2>/dev/null || sleep 2
mkdir -p /seed
mount -t vfat -o ro /dev/vdb /seed
name=$(sed -n 's/.*"hostname":"\\([^"]*\\)".*/\\1/p' /seed/openstack/latest/meta_data.json)
echo "stand-in: told to be $name"
for net in /sys/class/net/e*; do net=\${net##*/}; done
ip link set "$net" up 2>/dev/null || ifconfig "$net" up
dhcp() { exec udhcpc -f -i "$net" -V 'MSFT 5.0' -x "hostname:$1" -s /bin/true; }
case $(sed -n 's/.*stand-in=\\([a-z-]*\\).*/\\1/p' /proc/cmdline) in
  agent)
    hostname "$name"
    for port in /sys/class/virtio-ports/*; do
      [ "$(cat "$port/name")" = org.qemu.guest_agent.0 ] && exec qemu-ga -m virtio-serial -p "/dev/\${port##*/}" -t /run
    done ;;
  dhcp) dhcp "$name" ;;
  dhcp-own-name) dhcp WIN-0ABCDEF ;;
  stops) sleep 3; echo c > /proc/sysrq-trigger ;;
esac
sleep 100000
`;

/** Kernel, initramfs and GRUB of a Debian that is nothing but an initramfs; built once and kept. */
function standInFiles(): Promise<string> {
  return buildOnce(
    { cacheDir: cacheDir(), name: 'stand-in', recipe: [import.meta.filename, ...debianRecipe] },
    async (work) => {
      writeFileSync(join(work, 'hook'), hook, { mode: 0o755 });
      writeFileSync(join(work, 'start'), start, { mode: 0o755 });
      writeFileSync(join(work, 'grub.cfg'), grub);
      await installDebian(work, {
        more: ['qemu-guest-agent', 'busybox'],
        script: `cp ${work}/hook "$root/etc/initramfs-tools/hooks/stand-in"
cp ${work}/start "$root/etc/initramfs-tools/scripts/init-premount/stand-in"
cp ${work}/grub.cfg "$root/stand-in.cfg"
sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
chroot "$root" update-initramfs -u -k all
chroot "$root" grub-mkimage -O x86_64-efi -o /stand-in.efi -p / -c /stand-in.cfg part_gpt fat search search_fs_file configfile normal linux
mv "$root/stand-in.efi" ${work}/
cp "$root"/boot/vmlinuz-* ${work}/vmlinuz
cp "$root"/boot/initrd.img-* ${work}/initrd
chmod 0644 ${work}/vmlinuz ${work}/initrd`,
      });
    },
  );
}

/**
 * A disk that is a Windows for whoever looks into it, and on whose EFI system partition a small Linux lies in the place of the boot
 * manager: it says what Windows would say.
 */
export async function windowsStandIn(path: string, kind: StandIn): Promise<void> {
  const files = await standInFiles();
  copyFileSync((await windowsImages()).prepared, path);
  const config = `${path}.cfg`;
  writeFileSync(config, `linux /vmlinuz console=ttyS0,115200 panic=0 stand-in=${kind}\ninitrd /initrd\nboot\n`);
  const copy = (from: string, to: string): void => {
    execFileSync('mcopy', ['-o', '-i', `${path}@@${systemPartition}`, from, `::/${to}`]);
  };
  copy(join(files, 'stand-in.efi'), 'EFI/BOOT/BOOTX64.EFI');
  copy(join(files, 'vmlinuz'), 'vmlinuz');
  copy(join(files, 'initrd'), 'initrd');
  copy(config, 'stand-in.cfg');
}
