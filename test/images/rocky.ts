import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { modulesAs } from './modules.ts';
import { cpioOf, packTree, readFrom, type Tree, writeTree } from './tree.ts';

const kernel = '5.14.0-427.13.1.el9_4.x86_64';
type Package = { version: string; release: string; files: Tree };

function xz(module: Buffer): Buffer {
  return execFileSync('xz', ['--check=crc32', '-1'], { input: module, maxBuffer: 64 * 1024 ** 2 });
}

function readPackages(work: string, debianRoot: string): Record<string, Package> {
  const modules = modulesAs(debianRoot, kernel, { ending: '.xz', pack: xz });
  const usr = (tree: Tree): Tree =>
    Object.fromEntries(Object.entries(tree).map(([path, entry]) => [`usr/${path}`, entry]));
  const microcode = cpioOf(join(work, 'rocky-microcode'), {
    'kernel/x86/microcode/GenuineIntel.bin': Buffer.alloc(2048, 1),
  });
  const main = cpioOf(join(work, 'rocky-initramfs'), {
    ...usr(modules.files),
    init: { link: 'usr/lib/systemd/systemd' },
  });
  const cloudInit = ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'];
  return {
    'rocky-release': {
      version: '9.4',
      release: '1.7.el9',
      files: {
        'etc/os-release':
          'NAME="Rocky Linux"\nVERSION="9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\n',
        'etc/rocky-release': 'Rocky Linux release 9.4 (Blue Onyx)\n',
        'etc/redhat-release': { link: 'rocky-release' },
      },
    },
    'kernel-core': {
      version: '5.14.0',
      release: '427.13.1.el9_4',
      files: {
        ...usr(modules.files),
        ...usr(modules.index),
        [`boot/vmlinuz-${kernel}`]: 'no kernel',
        [`boot/initramfs-${kernel}.img`]: Buffer.concat([microcode, gzipSync(main)]),
        [`boot/loader/entries/0a1b2c3d4e5f60718293a4b5c6d7e8f9-${kernel}.conf`]: `title Rocky Linux (${kernel}) 9.4 (Blue Onyx)
version ${kernel}
linux /boot/vmlinuz-${kernel}
initrd /boot/initramfs-${kernel}.img
options root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200n8 no_timer_check
grub_users $grub_users
`,
      },
    },
    'cloud-init': {
      version: '23.4',
      release: '7.el9_4.0.1',
      files: {
        'usr/bin/cloud-init': '#!/usr/bin/python3\n',
        'etc/cloud/cloud.cfg': 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, Ec2, None ]\n',
        ...Object.fromEntries(
          cloudInit.map((name) => [`usr/lib/systemd/system/${name}.service`, '[Service]\nType=oneshot\n']),
        ),
        ...Object.fromEntries(
          cloudInit.map((name) => [
            `etc/systemd/system/cloud-init.target.wants/${name}.service`,
            { link: `/usr/lib/systemd/system/${name}.service` },
          ]),
        ),
      },
    },
    'cloud-utils-growpart': { version: '0.33', release: '0.el9', files: { 'usr/bin/growpart': '#!/bin/sh\n' } },
    'openssh-server': {
      version: '8.7p1',
      release: '38.el9_4.1',
      files: { 'usr/sbin/sshd': '#!/bin/sh\n', 'usr/lib/systemd/system/sshd.service': '[Service]\nType=notify\n' },
    },
    systemd: { version: '252', release: '32.el9_4', files: { 'usr/lib/systemd/systemd': 'no program' } },
    'grub2-efi-x64': {
      version: '2.06',
      release: '80.el9',
      files: { 'boot/grub2/grub.cfg': 'insmod blscfg\nblscfg\n', 'etc/default/grub': 'GRUB_ENABLE_BLSCFG=true\n' },
    },
    'selinux-policy-targeted': {
      version: '38.1.35',
      release: '2.el9_4',
      files: { 'etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n' },
    },
    // Whoever reads the database in the guest's root goes by the guest's own settings, libguestfs among them.
    rpm: {
      version: '4.16.1.3',
      release: '29.el9',
      files: {
        'usr/lib/rpm/macros': '%_dbpath /var/lib/rpm\n%_db_backend sqlite\n',
        'usr/lib/rpm/rpmrc': 'arch_canon: x86_64: x86_64 1\n',
      },
    },
    bash: { version: '5.1.8', release: '9.el9', files: { 'usr/bin/bash': readFrom(debianRoot, '/usr/bin/bash') } },
  };
}

/** A spec file whose every subpackage has a version of its own. rpm-spec(7) */
function specOf(packages: Record<string, Package>): string {
  const parts = Object.entries(packages).map(
    ([name, { version, release, files }]) => `%package -n ${name}
Version: ${version}
Release: ${release}
Summary: ${name}
%description -n ${name}
%files -n ${name}
${Object.keys(files)
  .map((path) => `"/${path}"`)
  .join('\n')}
`,
  );
  return `Name: tree
Version: 1
Release: 1
Summary: A test image
License: Apache-2.0
AutoReqProv: no
%description
%install
cp -a %{staged}/. %{buildroot}/
${parts.join('')}`;
}

/**
 * What tells a Rocky Linux from another Linux, in real RPM packages with Rocky's names and versions, and a real RPM database. It does
 * not boot: its programs are empty, but for bash, which is Debian's.
 */
export function writeRockyTree(work: string, debianRoot: string, tar: string): void {
  const packages = readPackages(work, debianRoot);
  const [staged, top, root] = ['rocky-staged', 'rocky-rpm', 'rocky'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  for (const { files } of Object.values(packages)) writeTree(staged, files);
  mkdirSync(top);
  writeFileSync(join(top, 'tree.spec'), specOf(packages));
  const defines = {
    _topdir: top,
    staged,
    debug_package: '%{nil}',
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
    _binary_payload: 'w1.gzdio',
  };
  const options = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  execFileSync('rpmbuild', [...options, '--target', 'x86_64', '--nodeps', '-bb', join(top, 'tree.spec')], {
    stdio: 'pipe',
  });

  writeTree(root, {
    ...Object.fromEntries(['bin', 'sbin', 'lib', 'lib64'].map((name) => [name, { link: `usr/${name}` }])),
    'etc/fstab': 'LABEL=cloudroot / xfs defaults 0 0\n',
    'etc/hostname': 'localhost\n',
    'etc/machine-id': '',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    'etc/shadow': 'root:!!:19000:0:99999:7:::\n',
    'usr/lib64/.keep': '',
  });
  const folder = join(top, 'RPMS/x86_64');
  const rpms = readdirSync(folder).map((name) => join(folder, name));
  for (const rpm of rpms) {
    execFileSync('sh', ['-c', 'rpm2cpio "$1" | cpio --quiet -idm', 'sh', rpm], { cwd: root, stdio: 'pipe' });
  }
  const database = ['--dbpath', join(root, 'var/lib/rpm'), '--define', '_db_backend sqlite'];
  mkdirSync(join(root, 'var/lib/rpm'), { recursive: true });
  execFileSync('rpm', [...database, '-i', '--justdb', '--nodeps', '--nosignature', '--noscripts', ...rpms], {
    stdio: 'pipe',
  });
  packTree(root, tar);
}
