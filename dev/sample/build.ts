import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';

const run = promisify(execFile);
const MiB = 1024 ** 2;
const sector = 512;

/** `good` boots and has cloud-init; the others lack one thing each. */
export type SampleVariant = 'good' | 'no-virtio' | 'no-cloud-init';
export type SampleImages = Record<SampleVariant, string>;

/** Where things lie on the disk, in MiB. The whole has a GiB. */
const layout = { biosBoot: 1, esp: 2, espSize: 16, root: 18, rootSize: 980, disk: 1000 };

const packages = [
  ...[
    'linux-image-cloud-amd64',
    'initramfs-tools',
    'systemd-sysv',
    'systemd-resolved',
    'netplan.io',
    'udev',
    'iproute2',
  ],
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

const grubModules = 'part_gpt ext2 fat search search_label configfile normal linux echo serial terminal test gzio';
const early =
  'search --no-floppy --label cloudroot --set=root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n';
const grubConfig = `serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
linux /vmlinuz root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200
initrd /initrd.img
boot
`;

/**
 * A small bootable Debian cloud image for BIOS and UEFI, from Debian's packages. No loop device and no partition node is used:
 * filesystems are made from folders, and laid into the disk file at their offsets. Built once and kept; all variants come from
 * one installation, each a copy of it at some point of its life.
 * @throws BootreadyError `unavailable` with what failed
 */
export const buildSampleImages = async (
  cacheDir: string,
  onProgress: (message: string) => void = () => undefined,
): Promise<SampleImages> => {
  const recipe = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex')
    .slice(0, 12);
  const home = join(cacheDir, `sample-${recipe}`);
  const images: SampleImages = {
    good: join(home, 'good.raw'),
    'no-virtio': join(home, 'no-virtio.raw'),
    'no-cloud-init': join(home, 'no-cloud-init.raw'),
  };
  if (existsSync(home)) return images;
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'sample-partial-'));
  try {
    onProgress('installing a small Debian into a folder (about a minute and a half)');
    await install(work);
    for (const variant of Object.keys(images) as SampleVariant[]) {
      onProgress(`laying out the disk "${variant}"`);
      await assemble(work, variant);
    }
    for (const name of ['boot.img', 'core.img', 'bootx64.efi', 'hook.sh']) await rm(join(work, name), { force: true });
    await rename(work, home);
    return images;
  } catch (cause) {
    await rm(work, { recursive: true, force: true });
    const stderr = String((cause as { stderr?: string }).stderr ?? cause)
      .trim()
      .split('\n')
      .slice(-3)
      .join(' | ');
    throw new BootreadyError({
      code: 'unavailable',
      message: `The sample image could not be built: ${stderr}.`,
      remedy:
        'It needs mmdebstrap, mtools, dosfstools, fdisk, and the network to fetch Debian packages; or start with --no-sample.',
      cause,
    });
  }
};

/** mmdebstrap calls the hook with the folder of the new system, in whatever namespace it works; there the filesystems are made. */
const install = async (work: string): Promise<void> => {
  const hook = join(work, 'hook.sh');
  const filesystem = (name: string): string =>
    // GRUB 2.06 reads neither of the features that are left out. Where mmdebstrap has mounted /proc and /sys for the hook, mke2fs
    // would copy them: it works in a mount namespace of its own, without them.
    `truncate -s ${layout.rootSize}M ${work}/${name}.ext4
unshare --mount sh -c 'umount -R "$1/proc" "$1/sys" 2>/dev/null || true
exec mke2fs -q -t ext4 -L cloudroot -O ^metadata_csum_seed,^orphan_file,^metadata_csum -d "$1" "$2"' sh "$root" ${work}/${name}.ext4`;
  await writeFile(
    hook,
    `#!/bin/sh
set -eu
root=$1
echo 'LABEL=cloudroot / ext4 defaults,errors=remount-ro 0 1' > "$root/etc/fstab"
echo debian > "$root/etc/hostname"
: > "$root/etc/machine-id"
mkdir -p "$root/boot/grub"
cat > "$root/boot/grub/grub.cfg" <<'CFG'
${grubConfig}CFG
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
${filesystem('good')}
sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
printf 'ext4\\n' > "$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u -k all
${filesystem('no-virtio')}
sed -i 's/^MODULES=.*/MODULES=most/' "$root/etc/initramfs-tools/initramfs.conf"
chroot "$root" update-initramfs -u -k all
chroot "$root" dpkg --purge cloud-init
${filesystem('no-cloud-init')}
`,
    { mode: 0o755 },
  );
  await run(
    'mmdebstrap',
    [
      ...['--mode=auto', '--variant=apt', '--format=null', `--include=${packages.join(',')}`],
      ...['doc', 'man', 'locale', 'info'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      ...[`--customize-hook=${hook} "$1"`, 'bookworm', '/dev/null'],
    ],
    { maxBuffer: 64 * MiB, timeout: 900_000 },
  );
};

const assemble = async (work: string, variant: SampleVariant): Promise<void> => {
  const path = join(work, `${variant}.raw`);
  await writeFile(path, '');
  await truncate(path, layout.disk * MiB);
  const table = [
    'label: gpt',
    `start=${layout.biosBoot}MiB, size=1MiB, type=21686148-6449-6E6F-744E-656564454649`,
    `start=${layout.esp}MiB, size=${layout.espSize}MiB, type=U`,
    `start=${layout.root}MiB, size=${layout.rootSize}MiB, type=L`,
  ].join('\n');
  await writeFile(`${path}.table`, table);
  await run('sh', ['-c', 'sfdisk -q "$1" < "$1.table"', 'sh', path]);
  await rm(`${path}.table`);

  const esp = join(work, 'esp.fat');
  await writeFile(esp, '');
  await truncate(esp, layout.espSize * MiB);
  await run('mkfs.vfat', ['-n', 'ESP', esp]);
  await run('mmd', ['-i', esp, '::/EFI', '::/EFI/BOOT']);
  await run('mcopy', ['-i', esp, join(work, 'bootx64.efi'), '::/EFI/BOOT/BOOTX64.EFI']);
  await copyInto(path, esp, layout.esp * MiB);
  await copyInto(path, join(work, `${variant}.ext4`), layout.root * MiB);
  await rm(esp);
  await rm(join(work, `${variant}.ext4`));
  await installGrub(path, work);
};

/** Holes stay holes: dd seeks over zeros. */
const copyInto = async (disk: string, from: string, offset: number): Promise<void> => {
  await run('dd', [`if=${from}`, `of=${disk}`, 'bs=1M', `seek=${offset / MiB}`, 'conv=notrunc,sparse', 'status=none']);
};

/**
 * What grub-bios-setup does to a block device: boot.img into the first sector, leaving the partition table, and told where
 * core.img begins; the first sector of core.img told where the rest of it is. GRUB sources, boot.S and diskboot.S.
 */
const installGrub = async (path: string, work: string): Promise<void> => {
  const boot = await readFile(join(work, 'boot.img'));
  const core = await readFile(join(work, 'core.img'));
  const first = (layout.biosBoot * MiB) / sector;
  boot.writeBigUInt64LE(BigInt(first), 0x5c);
  core.writeBigUInt64LE(BigInt(first + 1), 0x1f4);
  if (core.length > MiB || (await stat(path)).size < MiB) throw new Error('core.img does not fit');
  const file = await open(path, 'r+');
  try {
    await file.write(boot, 0, 440, 0);
    await file.write(core, 0, core.length, layout.biosBoot * MiB);
  } finally {
    await file.close();
  }
};
