import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { type DebianOptions, filesystem, grubConfig, installDebian } from '../../dev/sample/debian.ts';
import { fallbackLoader, installGrub, layDisk, type Partition, systemPartition } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';

/** Whole systems of Debian's packages. Each row has other packages. layouts.ts has the disk layouts. */
type Family = Omit<DebianOptions, 'script'> & {
  /** Lines of sh(1) that prepare the system. Its folder is `$root`. */
  prepare?: (work: string) => string;
  /** Files of the work folder by their path on the EFI system partition. The default is GRUB's loader. */
  esp?: Readonly<Record<string, string>>;
  /** The partitions behind the firmware's, in MiB, with the files of the work folder that fill them. The default is the root filesystem. */
  parts?: readonly { size: number; from: string }[];
};

const withoutSystemd = ['systemd-sysv', 'systemd-resolved', 'systemd-timesyncd', 'netplan.io'];
const luksUuid = '0b2ef1e4-4d1a-4c0a-8d52-2a4c5e5b3b1f';
const ownWords = 'root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200';

export const families = {
  /** Its security archive no longer has every file that it lists. */
  bullseye: {
    suite: 'bullseye',
    source: 'deb http://deb.debian.org/debian bullseye main',
    without: ['systemd-resolved'],
  },
  trixie: { suite: 'trixie' },
  /** Neither is in every system of it any longer: systemd needs mount(8), and cloud-init useradd(8). */
  sid: {
    suite: 'sid',
    source: 'deb [check-valid-until=no] http://deb.debian.org/debian sid main',
    more: ['mount', 'passwd'],
  },
  sysvinit: { without: withoutSystemd, more: ['sysvinit-core', 'ifupdown', 'isc-dhcp-client', 'chrony'] },
  openrc: { without: withoutSystemd, more: ['sysvinit-core', 'openrc', 'ifupdown', 'isc-dhcp-client', 'chrony'] },
  /** systemd-boot boots a unified kernel image. The image contains the command line. ukify(1), systemd-boot(7) */
  uki: {
    suite: 'trixie',
    more: ['systemd-boot-efi', 'systemd-ukify'],
    prepare: (
      work,
    ) => `chroot "$root" ukify build --linux=/vmlinuz --initrd=/initrd.img --os-release=@/etc/os-release \\
  --cmdline='${ownWords}' --output=/uki.efi
mv "$root/uki.efi" ${work}/uki.efi
cp "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" ${work}/
rm -rf "$root/boot/grub"
mkdir "$root/efi"`,
    esp: { [fallbackLoader]: 'systemd-bootx64.efi', 'EFI/Linux/debian.efi': 'uki.efi' },
  },
  /** Its root is encrypted, and nobody has the passphrase, so nothing is in it. */
  luks: {
    more: ['cryptsetup-initramfs'],
    prepare: (work) => `echo CRYPTSETUP=y >> "$root/etc/cryptsetup-initramfs/conf-hook"
chroot "$root" update-initramfs -u -k all
cp "$(readlink -f "$root/vmlinuz")" "$root/boot/vmlinuz"
cp "$(readlink -f "$root/initrd.img")" "$root/boot/initrd.img"
cat > "$root/boot/grub/grub.cfg" <<'CFG'
${grubConfig({ root: '/dev/mapper/system', more: `cryptopts=target=system,source=UUID=${luksUuid} ` })}CFG
ln -s . "$root/boot/boot"
mke2fs -q -t ext4 -L cloudroot -O ^metadata_csum_seed,^orphan_file,^metadata_csum -d "$root/boot" ${work}/boot.ext4 200M
truncate -s 64M "$root/luks"
echo secret | chroot "$root" cryptsetup luksFormat --batch-mode --uuid ${luksUuid} --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /luks
mv "$root/luks" ${work}/luks`,
    parts: [
      { size: 200, from: 'boot.ext4' },
      { size: 64, from: 'luks' },
    ],
  },
  /**
   * Its packages are rpm's, and dnf installs them. Its files are Debian's: no registry serves the packages of such a distribution. It has no cloud-init; its
   * local repository has one package with the files of Debian's cloud-init. It has VMware's tools, as an empty package.
   */
  dnf: {
    more: ['dnf', 'rpm', 'createrepo-c'],
    prepare: () => `chroot "$root" sh -e <<'END'
mkdir -p /srv/packages /etc/yum.repos.d /etc/rpm
# Debian's rpm has its database in the home folder.
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros.dbpath
dpkg -L cloud-init | while read -r file; do [ ! -e "$file" ] || [ -d "$file" ] || echo "$file"; done > /srv/files
package() {
  cat > "/srv/$1.spec" <<SPEC
%global __os_install_post %{nil}
%global debug_package %{nil}
Name: $1
Version: $2
Release: 1
Summary: A package of the test
License: Apache-2.0
BuildArch: noarch
AutoReqProv: no
%description
A package of the test.
%install
while read -r file; do mkdir -p "%{buildroot}\\$(dirname "\\$file")"; cp -a "\\$file" "%{buildroot}\\$file"; done < $3
%files -f $3
SPEC
  rpmbuild --quiet -bb --define '_rpmdir /srv/packages' "/srv/$1.spec" < /dev/null
}
package cloud-init 22.4.2 /srv/files
printf '#!/bin/sh\\n' > /usr/bin/vmtoolsd
echo /usr/bin/vmtoolsd > /srv/vmtoolsd
package open-vm-tools 12.2.0 /srv/vmtoolsd
rpm -i --nodeps /srv/packages/noarch/open-vm-tools-*.rpm
test -e /var/lib/rpm/rpmdb.sqlite
createrepo_c --quiet /srv/packages
printf '[local]\\nname=local\\nbaseurl=file:///srv/packages\\ngpgcheck=0\\n' > /etc/yum.repos.d/local.repo
dpkg --purge cloud-init < /dev/null
printf 'NAME="Rocky Linux"\\nVERSION="9.4"\\nID=rocky\\nID_LIKE="rhel"\\nVERSION_ID=9.4\\nPRETTY_NAME="Rocky Linux 9.4"\\n' > /usr/lib/os-release
rm -rf /root/rpmbuild /usr/bin/apt* /usr/bin/dpkg* /var/lib/dpkg /etc/debian_version
END`,
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

const sizes = { esp: 192, root: 1500 } as const;

/** A disk with the system of a row. It is built once and kept. */
export async function familyImage(cacheDir: string, name: FamilyName): Promise<string> {
  const { prepare, esp, parts, ...debian }: Family = families[name];
  const home = await buildOnce(
    { cacheDir, name: `family-${name}`, recipe: [import.meta.filename, ...debianRecipe] },
    async (work) => {
      const whole = parts ? '' : filesystem(work, 'root', sizes.root);
      await installDebian(work, { ...debian, script: `${prepare?.(work) ?? ''}\n${whole}` });
      const loaders = Object.entries(esp ?? { [fallbackLoader]: 'bootx64.efi' });
      const files = Object.fromEntries(loaders.map(([place, file]) => [place, join(work, file)]));
      const disk = join(work, 'disk.raw');
      const system = await systemPartition(join(work, 'esp'), sizes.esp, files);
      let end = 2 + sizes.esp;
      const own = (parts ?? [{ size: sizes.root, from: 'root.ext4' }]).map(({ size, from }): Partition => {
        const start = end;
        end += size;
        return { start, size, type: 'linux', from: join(work, from) };
      });
      await layDisk(disk, end + 1, 'gpt', [
        ...(esp ? [] : [{ start: 1, size: 1, type: 'boot' } as const]),
        { start: 2, size: sizes.esp, type: 'esp', from: system },
        ...own,
      ]);
      if (!esp) await installGrub(disk, work, 1024 ** 2);
      for (const left of readdirSync(work)) if (left !== 'disk.raw') rmSync(join(work, left));
    },
  );
  return join(home, 'disk.raw');
}
