import type { Edit } from './edit.ts';

/** A system that had a life of its own on one machine, before its disk was taken. It would still start. */
export const usedSystem: readonly Edit[] = [
  { write: '/etc/machine-id', text: 'b08dfa6083e7567a1921a715000001fb\n' },
  { write: '/etc/fstab', text: '/dev/sda3 / ext4 defaults 0 1\n/dev/sdb1 /srv ext4 defaults 0 2\n' },
  { write: '/etc/ssh/ssh_host_ed25519_key', text: 'secret' },
  {
    write: '/etc/udev/rules.d/70-persistent-net.rules',
    text: 'ATTR{address}=="52:54:00:12:34:56", NAME="eth0"\n',
  },
  { write: '/root/.ssh/authorized_keys', text: 'ssh-ed25519 AAAA me@laptop\n' },
  { write: '/root/.bash_history', text: 'mysql -psecret\n' },
  { write: '/etc/cloud/cloud.cfg.d/99_own.cfg', text: 'network: {config: disabled}\n' },
  { write: '/var/lib/cloud/instances/i-1/obj.pkl', text: 'state' },
  {
    write: '/etc/network/interfaces',
    text: 'auto eno1\niface eno1 inet static\n  address 10.0.0.5/24\n',
  },
  { write: '/var/lib/systemd/random-seed', text: 'seed' },
  { write: '/var/lib/dhcp/dhclient.eth0.leases', text: 'lease {}\n' },
  { write: '/var/log/syslog', text: 'Nov 25 host kernel: x\n' },
  { write: '/etc/vmware-tools/locations', text: 'answer BINDIR /usr/bin\n' },
  {
    write: '/boot/grub/grub.cfg',
    text: 'set timeout=0\nlinux /vmlinuz root=/dev/sda3 ro quiet\ninitrd /initrd.img\nboot\n',
  },
];

/** What people, management and another cloud leave in such a system. */
export const usedByMany: readonly Edit[] = [
  {
    change: '/etc/passwd',
    by: (users) => `${users}bob:x:1000:1000:Bob:/home/bob:/bin/bash\neve:x:1001:1001:Eve:/home/eve:/bin/sh\n`,
  },
  {
    change: '/etc/shadow',
    by: (hashes) => `${hashes}bob:$6$salt$hash:19000:0:99999:7:::\neve::19000:0:99999:7:::\n`,
  },
  { write: '/etc/sudoers.d/bob', text: 'bob ALL=(ALL) NOPASSWD: ALL\n' },
  { write: '/home/bob/.ssh/id_ed25519', text: 'secret' },
  { write: '/home/bob/film.mkv', text: Buffer.alloc(3_000_000, 'film') },
  {
    write: '/etc/cloud/cloud.cfg.d/98_own.cfg',
    text: 'datasource_list: [Azure]\npreserve_hostname: true\ncloud_init_modules: [growpart]\n',
  },
  { remove: '/usr/bin/growpart' },
  { write: '/etc/ssh/sshd_config', text: 'PermitRootLogin yes\n' },
  { write: '/etc/adjtime', text: '0.0 0 0.0\n0\nLOCAL\n' },
  { remove: '/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service' },
  { write: '/usr/bin/qemu-ga', text: '' },
  { link: '/etc/systemd/system/qemu-guest-agent.service', to: '/dev/null' },
  { write: '/var/lib/ubuntu-advantage/private/machine-token.json', text: '{}' },
  { write: '/usr/sbin/waagent', text: '' },
  { write: '/etc/chef/client.pem', text: 'key' },
  {
    change: '/var/lib/dpkg/status',
    by: (packages) =>
      `${packages}\nPackage: ipmievd\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.8\nMaintainer: x <x@example.org>\nDescription: x\n\n`,
  },
];
