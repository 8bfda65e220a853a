import { toUnseen } from '../unseen.ts';
import { type Case, disk, linux } from './case.ts';

/** Can many be made of it? */
export const cloning: Case[] = [
  [
    'clone-machine-id',
    linux({ startup: { kernelLines: ['ro systemd.machine_id=0123456789abcdef0123456789abcdef'] } }),
    'warn',
    { files: 'systemd.machine_id=' },
  ],
  ['clone-machine-id', linux({ remains: { machineId: '' } }), 'pass'],
  ['clone-machine-id', linux({ remains: { machineId: 'uninitialized' } }), 'pass'],
  [
    'clone-machine-id',
    linux({ remains: { machineId: 'b08dfa6083e7567a1921a715000001fb' } }),
    'warn',
    { files: '/etc/machine-id' },
  ],
  ['clone-machine-id', linux({ remains: { dbusMachineId: true } }), 'warn', { files: '/var/lib/dbus/machine-id' }],
  ...(
    [
      ['clone-users', 'users', 'users', 'bob'],
      ['clone-sudo', 'sudoers', 'files', '/etc/sudoers.d/bob'],
      ['clone-private-keys', 'privateKeys', 'files', '/root/.ssh/id_rsa'],
      ['clone-random-seed', 'randomSeeds', 'files', '/var/lib/systemd/random-seed'],
      ['clone-dhcp-leases', 'leases', 'files', '/var/lib/dhcp/dhclient.leases'],
      ['clone-logs', 'logs', 'files', '/var/log/syslog'],
      ['clone-cloud-init', 'cloudInitState', 'files', '/var/lib/cloud/instance'],
      ['clone-subscriptions', 'subscriptions', 'files', '/etc/pki/consumer/cert.pem'],
      ['clone-cloud-identity', 'cloudIdentities', 'files', '/usr/sbin/waagent'],
      ['clone-management-identity', 'managementIdentities', 'files', '/etc/chef/client.pem'],
    ] as const
  ).flatMap(([code, part, param, value]): Case[] => [
    [code, disk(), 'pass'],
    [code, linux({ remains: { [part]: [value] } }), 'warn', { [param]: value }],
  ]),
  ['clone-empty-password', disk(), 'pass'],
  ['clone-empty-password', linux({ remains: { emptyPasswords: ['guest'] } }), 'fail', { users: 'guest' }],
  ['clone-home-data', disk(), 'pass'],
  ['clone-home-data', linux({ remains: { homeKilobytes: 5000 } }), 'warn', { megabytes: 5 }],
  [
    'clone-home-data',
    linux({ remains: { homeKilobytes: toUnseen('filesystem', '/dev/sda4') } }),
    'unknown',
    { what: '/dev/sda4' },
  ],
  ['hardware-agents', disk(), 'pass'],
  [
    'hardware-agents',
    linux({
      packages: new Map([
        ['srvadmin-base', '9'],
        ['bash', '5'],
      ]),
    }),
    'warn',
    { packages: 'srvadmin-base' },
  ],
  [
    'foreign-tools',
    linux({ remains: { foreignFiles: ['/etc/vmware-tools'] } }),
    'warn',
    { packages: '/etc/vmware-tools' },
  ],
  ['hardware-agents', linux({ packages: toUnseen('packages') }), 'unknown'],
  ['foreign-tools', linux({ packages: toUnseen('packages') }), 'unknown'],
  [
    'foreign-tools',
    linux({ packages: toUnseen('packages'), remains: { foreignFiles: ['/etc/vmware-tools'] } }),
    'warn',
    { packages: '/etc/vmware-tools' },
  ],
  ['clone-host-keys', disk(), 'pass'],
  ['clone-host-keys', linux({ remains: { hostKeys: ['/etc/ssh/ssh_host_rsa_key'] } }), 'warn', { count: 1 }],
  ['clone-credentials', disk(), 'pass'],
  [
    'clone-credentials',
    linux({ remains: { authorizedKeys: ['/root/.ssh/authorized_keys'], passwords: ['bob'] } }),
    'warn',
    { holders: '/root/.ssh/authorized_keys bob' },
  ],
  ['clone-histories', disk(), 'pass'],
  [
    'clone-histories',
    linux({ remains: { histories: ['/root/.bash_history'] } }),
    'warn',
    { files: '/root/.bash_history' },
  ],
  ['foreign-tools', disk(), 'pass'],
  [
    'foreign-tools',
    linux({
      packages: new Map([
        ['open-vm-tools', '12'],
        ['bash', '5'],
      ]),
    }),
    'warn',
    { packages: 'open-vm-tools' },
  ],
];
