import { execFileSync } from 'node:child_process';
import { constants, copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';

/** A real image that was used before it was taken: everything that a user leaves behind is found, in one look. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'readiness-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const used = `
write /etc/machine-id "b08dfa6083e7567a1921a715000001fb\\n"
write /etc/fstab "/dev/sda3 / ext4 defaults 0 1\\n"
write /etc/ssh/ssh_host_ed25519_key "secret"
mkdir-p /etc/udev/rules.d
write /etc/udev/rules.d/70-persistent-net.rules "ATTR{address}==\\"52:54:00:12:34:56\\", NAME=\\"eth0\\"\\n"
mkdir-p /root/.ssh
write /root/.ssh/authorized_keys "ssh-ed25519 AAAA me@laptop\\n"
write-append /etc/shadow "bob:$6$salt$hash:19000:0:99999:7:::\\n"
write /root/.bash_history "mysql -psecret\\n"
rm /usr/bin/growpart
write /etc/cloud/cloud.cfg.d/99_own.cfg "datasource_list: [Azure]\\npreserve_hostname: true\\nnetwork: {config: disabled}\\ncloud_init_modules: [growpart]\\n"
mkdir-p /var/lib/cloud/instances/i-1
mkdir-p /etc/network
write /etc/network/interfaces "auto eno1\\niface eno1 inet static\\n  address 10.0.0.5/24\\n"
write /etc/ssh/sshd_config "PermitRootLogin yes\\n"
write /etc/adjtime "0.0 0 0.0\\n0\\nLOCAL\\n"
rm /etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service
write /usr/bin/qemu-ga ""
ln-s /dev/null /etc/systemd/system/qemu-guest-agent.service
write-append /etc/passwd "bob:x:1000:1000:Bob:/home/bob:/bin/bash\\neve:x:1001:1001:Eve:/home/eve:/bin/sh\\n"
write-append /etc/shadow "eve::19000:0:99999:7:::\\n"
mkdir-p /etc/sudoers.d
write /etc/sudoers.d/bob "bob ALL=(ALL) NOPASSWD: ALL\\n"
mkdir-p /home/bob/.ssh
write /home/bob/.ssh/id_ed25519 "secret"
fallocate64 /home/bob/film.mkv 3000000
write /var/lib/systemd/random-seed "seed"
mkdir-p /var/lib/dhcp
write /var/lib/dhcp/dhclient.eth0.leases "lease {}\\n"
write /var/log/syslog "Nov 25 host kernel: x\\n"
mkdir-p /var/lib/ubuntu-advantage/private
write /var/lib/ubuntu-advantage/private/machine-token.json "{}"
write /usr/sbin/waagent ""
mkdir-p /etc/chef
write /etc/chef/client.pem "key"
mkdir-p /etc/vmware-tools
write-append /var/lib/dpkg/status "\\nPackage: ipmievd\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 1.8\\nMaintainer: x <x@example.org>\\nDescription: x\\n\\n"
write /boot/grub/grub.cfg "linux /vmlinuz root=LABEL=cloudroot ro quiet\\ninitrd /initrd.img\\nboot\\n"
`;

test('what was left behind in a used system', async () => {
  const path = join(dir, 'disk.raw');
  copyFileSync((await guestImages()).good, path, constants.COPYFILE_FICLONE);
  execFileSync('guestfish', ['--rw', '--format=raw', '-a', path, '-m', '/dev/sda3'], {
    input: used,
    env: {
      ...process.env,
      LIBGUESTFS_BACKEND: 'direct',
      ...((await kvmWorks()) ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    },
  });
  const { findings } = await inspectDisk(
    { cacheDir: cacheDir() },
    { path, format: 'raw', scratchDir: dir },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const troubled = findings
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ code, outcome }) => `${code} ${outcome}`);
  expect(troubled).toEqual([
    'fstab-devices fail',
    'serial-console warn',
    'cloud-init-datasources fail',
    'cloud-init-network warn',
    'cloud-init-hostname warn',
    'cloud-init-modules warn',
    'network-bound-to-mac warn',
    'network-static warn',
    'network-adapter-names warn',
    'ssh-password-login warn',
    'disk-growth warn',
    'guest-agent warn',
    'time-sync warn',
    'clock-utc warn',
    'clone-machine-id warn',
    'clone-host-keys warn',
    'clone-credentials warn',
    'clone-empty-password fail',
    'clone-users warn',
    'clone-sudo warn',
    'clone-private-keys warn',
    'clone-histories warn',
    'clone-home-data warn',
    'clone-random-seed warn',
    'clone-dhcp-leases warn',
    'clone-logs warn',
    'clone-cloud-init warn',
    'clone-subscriptions warn',
    'clone-cloud-identity warn',
    'clone-management-identity warn',
    'foreign-tools warn',
    'hardware-agents warn',
  ]);
});
