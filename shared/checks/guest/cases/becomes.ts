import { type Case, disk, linux } from './case.ts';

/** Does it become the instance that it is told to be? */
export const becomes: Case[] = [
  ['cloud-init-installed', disk(), 'pass'],
  ['cloud-init-installed', linux({ cloudInit: { installed: false } }), 'fail'],
  ['cloud-init-enabled', disk(), 'pass'],
  ['cloud-init-enabled', linux({ cloudInit: { enabled: undefined } }), 'unknown'],
  [
    'cloud-init-enabled',
    linux({ cloudInit: { enabled: false, disabledBy: '/etc/cloud/cloud-init.disabled' } }),
    'fail',
    { reason: '/etc/cloud/cloud-init.disabled' },
  ],
  ['network-bound-to-mac', disk(), 'pass'],
  [
    'network-bound-to-mac',
    linux({ network: { macFiles: ['/etc/udev/rules.d/70-persistent-net.rules'] } }),
    'warn',
    { files: '/etc/udev/rules.d/70-persistent-net.rules' },
  ],
  ['ssh-server', disk(), 'pass'],
  ['ssh-server', linux({ services: { sshServer: false } }), 'warn'],
  ['disk-growth', disk(), 'pass'],
  ['disk-growth', linux({ services: { growpart: false } }), 'warn'],
];
