import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianRecipe } from '../../dev/sample/build.ts';
import { type DebianOptions, filesystem, installDebian } from '../../dev/sample/debian.ts';
import { fallbackLoader, installGrub, layDisk, systemPartition } from '../../dev/sample/disk.ts';
import { buildOnce } from '../../dev/sample/kept.ts';

/** Whole systems of Debian's packages. Each row has other packages. layouts.ts has the disk layouts. */
type Family = Omit<DebianOptions, 'script'> & {
  /** Lines of sh(1) that prepare the system. Its folder is `$root`. */
  prepare?: (work: string) => string;
  /** Files of the work folder by their path on the EFI system partition. The default is GRUB's loader. */
  esp?: Readonly<Record<string, string>>;
};

const withoutSystemd = ['systemd-sysv', 'systemd-resolved', 'systemd-timesyncd', 'netplan.io'];
const ownWords = 'root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200';

export const families = {
  /** Its security archive no longer has every file that it lists. */
  bullseye: {
    suite: 'bullseye',
    source: 'deb http://deb.debian.org/debian bullseye main',
    without: ['systemd-resolved'],
  },
  trixie: { suite: 'trixie' },
  sid: { suite: 'sid', source: 'deb [check-valid-until=no] http://deb.debian.org/debian sid main' },
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
  /** Its package manager is dnf. It has no cloud-init; its local repository has one package with the files of Debian's cloud-init. */
  dnf: {
    more: ['dnf', 'rpm', 'createrepo-c'],
    prepare: () => `chroot "$root" sh -e <<'END'
mkdir -p /srv/packages /etc/yum.repos.d
dpkg -L cloud-init | while read -r file; do [ ! -e "$file" ] || [ -d "$file" ] || echo "$file"; done > /srv/files
cat > /srv/cloud-init.spec <<'SPEC'
%global __os_install_post %{nil}
%global debug_package %{nil}
Name: cloud-init
Version: 22.4.2
Release: 1
Summary: Initialises instances
License: Apache-2.0
BuildArch: noarch
AutoReqProv: no
%description
What Debian's package holds.
%install
while read -r file; do mkdir -p "%{buildroot}$(dirname "$file")"; cp -a "$file" "%{buildroot}$file"; done < /srv/files
%files -f /srv/files
SPEC
rpmbuild --quiet -bb --define '_rpmdir /srv/packages' /srv/cloud-init.spec
createrepo_c --quiet /srv/packages
printf '[local]\\nname=local\\nbaseurl=file:///srv/packages\\ngpgcheck=0\\n' > /etc/yum.repos.d/local.repo
dpkg --purge cloud-init
rm -rf /root/rpmbuild /usr/bin/apt-get
END`,
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

const sizes = { esp: 192, root: 1500 } as const;

/** A disk with the system of a row. It is built once and kept. */
export async function familyImage(cacheDir: string, name: FamilyName): Promise<string> {
  const { prepare, esp, ...debian }: Family = families[name];
  const home = await buildOnce(
    { cacheDir, name: `family-${name}`, recipe: [import.meta.filename, ...debianRecipe] },
    async (work) => {
      const script = `${prepare?.(work) ?? ''}\n${filesystem(work, 'root', sizes.root)}`;
      await installDebian(work, { ...debian, script });
      const loaders = Object.entries(esp ?? { [fallbackLoader]: 'bootx64.efi' });
      const files = Object.fromEntries(loaders.map(([place, file]) => [place, join(work, file)]));
      const disk = join(work, 'disk.raw');
      const system = await systemPartition(join(work, 'esp'), sizes.esp, files);
      await layDisk(disk, 2 + sizes.esp + sizes.root + 1, 'gpt', [
        ...(esp ? [] : [{ start: 1, size: 1, type: 'boot' } as const]),
        { start: 2, size: sizes.esp, type: 'esp', from: system },
        { start: 2 + sizes.esp, size: sizes.root, type: 'linux', from: join(work, 'root.ext4') },
      ]);
      if (!esp) await installGrub(disk, work, 1024 ** 2);
      for (const left of readdirSync(work)) if (left !== 'disk.raw') rmSync(join(work, left));
    },
  );
  return join(home, 'disk.raw');
}
