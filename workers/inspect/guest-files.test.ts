import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAccounts } from './accounts.ts';
import { readCloudConfig } from './cloud-config.ts';
import { isNamedByHardware, readNetworkFile } from './network-files.ts';
import { readKinds } from './remains.ts';
import { readService } from './services.ts';
import { readSshdConfig } from './sshd-config.ts';

/** The files that guests write, as they really look. */

function config(...texts: string[]) {
  return readCloudConfig(texts.map((text, at) => ({ path: `/etc/cloud/${at}.cfg`, text })));
}

test('cloud-init: a later file wins, lists are replaced', () => {
  expect(
    config(
      'preserve_hostname: true\ndatasource_list: [Azure]\ncloud_init_modules:\n - growpart\n - [set_hostname, always]\n - users-groups\nsystem_info:\n  default_user:\n    name: debian\n',
      'datasource_list: [ NoCloud, None ]\npreserve_hostname: false\nnetwork: {config: disabled}\n',
      'network:\n  version: 2\n',
    ),
  ).toEqual({
    datasources: ['NoCloud', 'None'],
    networkDisabledBy: '/etc/cloud/1.cfg',
    preservesHostname: false,
    modules: ['growpart', 'set-hostname', 'users-groups'],
    defaultUser: 'debian',
  });
  expect(config('network: {config: disabled}', 'network: {config: {version: 1}}')?.networkDisabledBy).toBeUndefined();
  expect(readCloudConfig([])).toBeUndefined();
});

test.each<[string, string, object]>([
  [
    '/etc/network/interfaces',
    'auto lo eno1\niface lo inet loopback\niface eno1 inet static\n address 10.0.0.5/24',
    { fixedAddress: true, names: ['eno1', 'eno1'] },
  ],
  ['/etc/network/interfaces', 'auto eth0\niface eth0 inet dhcp', { fixedAddress: false, names: ['eth0', 'eth0'] }],
  [
    '/etc/netplan/50.yaml',
    'network:\n  version: 2\n  ethernets:\n    ens192:\n      addresses: [10.0.0.2/24]',
    { fixedAddress: true, names: ['ens192'] },
  ],
  [
    '/etc/netplan/50.yaml',
    'network:\n  ethernets:\n    all:\n      match: {name: "e*"}\n      dhcp4: true',
    { fixedAddress: false, names: ['e*'] },
  ],
  [
    '/etc/netplan/50.yaml',
    'network:\n  ethernets:\n    x:\n      match:\n        macaddress: 52:54:00:12:34:56\n      dhcp4: true',
    { hardwareAddress: true, fixedAddress: false, names: [''] },
  ],
  [
    '/etc/systemd/network/10.network',
    '[Match]\nName=enp3s0 eth*\n[Network]\nAddress=10.0.0.2/24',
    { fixedAddress: true, names: ['enp3s0', 'eth*'] },
  ],
  [
    '/etc/NetworkManager/system-connections/a.nmconnection',
    '[connection]\ninterface-name=ens3\n[ipv4]\nmethod=manual\naddress1=10.0.0.1/8',
    { fixedAddress: true, names: ['ens3'] },
  ],
  ['/etc/NetworkManager/system-connections/a.nmconnection', '[ipv4]\nmethod=auto', { fixedAddress: false, names: [] }],
  [
    '/etc/sysconfig/network-scripts/ifcfg-eth0',
    'DEVICE="eth0"\nHWADDR=00:0C:29:aa:bb:cc\nBOOTPROTO=dhcp',
    { hardwareAddress: true, fixedAddress: false, names: ['eth0'] },
  ],
  ['/etc/sysconfig/network-scripts/ifcfg-lo', 'DEVICE=lo\nIPADDR=127.0.0.1', { fixedAddress: false, names: [] }],
  ['/etc/sysconfig/network-scripts/ifcfg-em1', 'DEVICE=em1\nIPADDR="10.1.1.1"', { fixedAddress: true, names: ['em1'] }],
  // SUSE goes by the file's name, Red Hat where there is no DEVICE.
  ['/etc/sysconfig/network-scripts/ifcfg-ens192', 'BOOTPROTO=dhcp', { fixedAddress: false, names: ['ens192'] }],
  [
    '/etc/sysconfig/network/ifcfg-br0',
    "BRIDGE='yes'\nBRIDGE_PORTS='eno1 eno2'\nIPADDR='10.0.0.5/24'",
    { fixedAddress: true, names: ['br0', 'eno1', 'eno2'] },
  ],
  [
    '/etc/sysconfig/network/ifcfg-bond0',
    "BONDING_MASTER='yes'\nBONDING_SLAVE_0='eno1'\nBONDING_SLAVE1='eno2'",
    { fixedAddress: false, names: ['bond0', 'eno1', 'eno2'] },
  ],
  ['/etc/sysconfig/network-scripts/ifcfg-ens192.100', 'VLAN=yes', { fixedAddress: false, names: ['ens192'] }],
  ...['bonds', 'bridges', 'vlans'].map((kind): [string, string, object] => [
    '/etc/netplan/50.yaml',
    `network:\n  ethernets:\n    ens192: {}\n  ${kind}:\n    x:\n      addresses: [10.0.0.2/24]`,
    { fixedAddress: true, names: ['ens192'] },
  ]),
  [
    '/etc/network/interfaces',
    'auto br0\niface br0 inet dhcp\n  bridge_ports ens192\niface bond0 inet manual\n\tbond-slaves eno1 eno2\niface ens3.7 inet manual\n vlan-raw-device ens4',
    { fixedAddress: false, names: ['br0', 'br0', 'ens192', 'bond0', 'eno1', 'eno2', 'ens3', 'ens4'] },
  ],
  [
    '/etc/dhcpcd.conf',
    'hostname\ninterface eth0\nstatic ip_address=10.0.0.5/24\ninterface ens192',
    { fixedAddress: true, names: ['eth0', 'ens192'] },
  ],
  ['/etc/dhcpcd.conf', 'hostname\npersistent', { fixedAddress: false, names: [] }],
  [
    '/etc/netctl/wired',
    "Interface=enp2s0\nConnection=ethernet\nIP=static\nAddress=('10.0.0.5/24')",
    { fixedAddress: true, names: ['enp2s0'] },
  ],
  ['/etc/netctl/wired', 'Interface=eth0\nIP=dhcp', { fixedAddress: false, names: ['eth0'] }],
  [
    '/etc/conf.d/net',
    'config_enp3s0="10.0.0.5 netmask 255.255.255.0"\nconfig_lo="127.0.0.1"\nbridge_br0="eno1"',
    { fixedAddress: true, names: ['enp3s0', 'eno1'] },
  ],
  ['/etc/conf.d/net', 'config_eth0="dhcp"', { fixedAddress: false, names: ['eth0'] }],
  [
    '/etc/NetworkManager/system-connections/vlan.nmconnection',
    '[connection]\ntype=vlan\n[vlan]\nparent=ens192\nid=7',
    { fixedAddress: false, names: ['ens192'] },
  ],
  ['/etc/mactab', 'lan0 52:54:00:12:34:56', { hardwareAddress: true, fixedAddress: false, names: [] }],
])('%s: %j', (path, text, expected) => {
  expect(readNetworkFile(path, text.split('\n'))).toMatchObject({ hardwareAddress: false, ...expected });
});

test('names that a place in a machine gave', () => {
  expect(
    ['eno1', 'enp3s0f1', 'ens192', 'em1', 'p1p1', 'enx525400123456'].filter((name) => !isNamedByHardware(name)),
  ).toEqual([]);
  expect(['eth0', 'e*', 'en*', 'lo', 'all', '', 'br0', 'emulated'].filter(isNamedByHardware)).toEqual([]);
});

test('sshd_config: the first value wins, includes in their place, nothing after Match', async () => {
  const include = async (pattern: string) => (pattern === 'sshd_config.d/*.conf' ? ['PasswordAuthentication yes'] : []);
  const lines = [
    '# x',
    'Include sshd_config.d/*.conf',
    'PasswordAuthentication no',
    'permitrootlogin=Yes',
    'Match User bob',
    'PermitEmptyPasswords yes',
  ];
  expect(Object.fromEntries(await readSshdConfig(lines, include))).toEqual({
    passwordauthentication: 'yes',
    permitrootlogin: 'yes',
  });
  // A file that includes itself ends.
  expect(await readSshdConfig(['Include a'], async () => ['Include a'])).toEqual(new Map());
});

test('passwd and shadow', () => {
  const passwd = [
    'root:x:0:0:root:/root:/bin/bash',
    'bob:x:1000:1000:Bob:/home/bob:/bin/zsh',
    'mail:x:8:8::/var/mail:/usr/sbin/nologin',
    'svc:x:1001:1001::/srv:/usr/sbin/nologin',
    'nobody:x:65534:65534::/:/bin/sh',
    'eve:x:1002:1002::/home/eve:/bin/sh',
  ];
  const shadow = [
    'root:*:1:::::',
    'bob:$y$j9T$x:1:::::',
    'mail::1:::::',
    'eve::1:::::',
    'old:ab01FAX.bQRSU:1:::::',
    'locked:!$6$x:1:::::',
  ];
  expect(readAccounts(passwd, shadow)).toEqual({
    people: ['bob', 'eve'],
    passwords: ['bob', 'old'],
    empty: ['eve'],
    homes: ['/home/bob', '/home/eve'],
  });
});

test('paths are told apart by what they tell', () => {
  const kinds = readKinds([
    '/root/.bash_history',
    '/home/bob/.ssh/id_ed25519',
    '/home/bob/.ssh/authorized_keys',
    '/var/log/journal/ab/system.journal',
    '/boot/efi/loader/random-seed',
    '/boot/loader/random-seed',
    '/var/lib/cloud/instance',
    '/home/a/b/.ssh/id_rsa',
  ]);
  expect(Object.fromEntries(Object.entries(kinds).filter(([, paths]) => paths.length > 0))).toEqual({
    histories: ['/root/.bash_history'],
    privateKeys: ['/home/bob/.ssh/id_ed25519'],
    authorizedKeys: ['/home/bob/.ssh/authorized_keys'],
    logs: ['/var/log/journal/ab/system.journal'],
    randomSeeds: ['/boot/efi/loader/random-seed', '/boot/loader/random-seed'],
    cloudInitState: ['/var/lib/cloud/instance'],
  });
});

test('services by their links', () => {
  const links = [
    '/etc/systemd/system/multi-user.target.wants/ssh.service',
    '/etc/runlevels/default/sshd',
    '/etc/rc2.d/S01chrony',
    '/etc/init/ssh.conf',
    '/lib/systemd/system/sockets.target.wants/ssh.socket',
    '/etc/systemd/system/getty.target.wants/getty@tty1.service',
  ];
  expect(links.map(readService)).toEqual(['ssh', 'sshd', 'chrony', 'ssh', 'ssh.socket', 'getty']);
});

test('whatever a guest writes, nothing throws', async () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'network:',
      ' ethernets: 1',
      'iface',
      'Include *',
      'a: &a [*a]',
      '- - -',
      'root::',
      ':::::::',
      'datasource_list: {a: b}',
      'network: null',
      'system_info: 3',
    ),
  );
  const path = fc.constantFrom(
    '/etc/netplan/a.yaml',
    '/etc/network/interfaces',
    '/x/a.network',
    '/x/system-connections/y',
    '/x/ifcfg-y',
    '/z',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line), path, async (lines, file) => {
      readNetworkFile(file, lines);
      readCloudConfig([{ path: file, text: lines.join('\n') }]);
      readAccounts(lines, lines);
      readKinds(lines);
      await readSshdConfig(lines, async () => lines);
    }),
    { numRuns: 300 },
  );
});
