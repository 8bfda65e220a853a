import { type Case, disk, linux } from './case.ts';

/** Can many be made of it? */
export const cloning: Case[] = [
  ['clone-machine-id', linux({ remains: { machineId: '' } }), 'pass'],
  ['clone-machine-id', linux({ remains: { machineId: 'uninitialized' } }), 'pass'],
  ['clone-machine-id', linux({ remains: { machineId: 'b08dfa6083e7567a1921a715000001fb' } }), 'warn'],
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
