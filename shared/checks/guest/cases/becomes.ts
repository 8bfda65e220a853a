import { unseen } from '../unseen.ts';
import { type Case, cloudConfig, disk, linux } from './case.ts';

const configured = (config: Partial<typeof cloudConfig>) =>
  linux({ cloudInit: { config: { ...cloudConfig, ...config } } });

/** Does it become the instance that it is told to be? */
export const becomes: Case[] = [
  ['cloud-init-installed', disk(), 'pass'],
  ['cloud-init-installed', linux({ cloudInit: { installed: false } }), 'fail'],
  ['cloud-init-enabled', disk(), 'pass'],
  [
    'cloud-init-enabled',
    linux({ cloudInit: { enabled: unseen('init-system') } }),
    'unknown',
    { unseen: 'init-system' },
  ],
  [
    'cloud-init-enabled',
    linux({ cloudInit: { enabled: false, disabledBy: '/etc/cloud/cloud-init.disabled' } }),
    'fail',
    { reason: '/etc/cloud/cloud-init.disabled' },
  ],
  ['cloud-init-enabled', linux({ cloudInit: { enabled: false } }), 'fail', { reason: 'its services are not enabled' }],
  [
    'cloud-init-enabled',
    linux({ startup: { kernelLines: ['linux /vmlinuz root=LABEL=x cloud-init=disabled'] } }),
    'fail',
    { reason: 'cloud-init=disabled on the kernel command line' },
  ],
  ['cloud-init-version', disk(), 'pass', { version: '22.4.2' }],
  ['cloud-init-version', linux({ cloudInit: { version: '1:18.5' } }), 'pass'],
  ['cloud-init-version', linux({ cloudInit: { version: '0.7.9-2' } }), 'pass'],
  ['cloud-init-version', linux({ cloudInit: { version: '0.7.6~bzr976-2' } }), 'warn', { version: '0.7.6~bzr976-2' }],
  [
    'cloud-init-version',
    linux({ cloudInit: { version: unseen('package-version', 'cloud-init') } }),
    'unknown',
    { what: 'cloud-init' },
  ],
  ['cloud-init-datasources', disk(), 'pass'],
  ['cloud-init-datasources', configured({ datasources: undefined }), 'pass'],
  ['cloud-init-datasources', configured({ datasources: ['Azure', 'None'] }), 'fail', { listed: 'Azure, None' }],
  ['cloud-init-datasources', linux({ cloudInit: { config: undefined } }), 'unknown', { unseen: 'cloud-config' }],
  ['cloud-init-network', disk(), 'pass'],
  [
    'cloud-init-network',
    configured({ networkDisabledBy: '/etc/cloud/cloud.cfg.d/99-x.cfg' }),
    'warn',
    { file: '/etc/cloud/cloud.cfg.d/99-x.cfg' },
  ],
  ['cloud-init-hostname', disk(), 'pass'],
  ['cloud-init-hostname', configured({ preservesHostname: true }), 'warn'],
  ['cloud-init-modules', disk(), 'pass'],
  [
    'cloud-init-modules',
    configured({ modules: ['growpart', 'resizefs', 'set-hostname'] }),
    'warn',
    { modules: 'users-groups, ssh' },
  ],
  ['network-static', disk(), 'pass'],
  [
    'network-static',
    linux({ network: { staticFiles: ['/etc/network/interfaces'] } }),
    'warn',
    { files: '/etc/network/interfaces' },
  ],
  ['network-adapter-names', disk(), 'pass'],
  ['network-adapter-names', linux({ network: { fixedNames: ['ens192'] } }), 'warn', { names: 'ens192' }],
  ['ssh-server-enabled', disk(), 'pass'],
  ['ssh-server-enabled', linux({ services: { enabled: new Set(['ssh.socket']) } }), 'pass'],
  ['ssh-server-enabled', linux({ services: { enabled: new Set() } }), 'warn'],
  ['ssh-password-login', disk(), 'pass'],
  ['ssh-password-login', linux({ services: { sshd: new Map() } }), 'pass'],
  [
    'ssh-password-login',
    linux({
      services: {
        sshd: new Map([
          ['passwordauthentication', 'yes'],
          ['permitrootlogin', 'yes'],
        ]),
      },
    }),
    'warn',
    { settings: 'PasswordAuthentication yes, PermitRootLogin yes' },
  ],
  ['guest-agent', disk(), 'pass'],
  ['guest-agent', linux({ services: { guestAgent: 'off' } }), 'warn'],
  ['time-sync', disk(), 'pass'],
  ['time-sync', linux({ services: { enabled: new Set(['ssh']) } }), 'warn'],
  ['clock-utc', disk(), 'pass'],
  ['clock-utc', linux({ services: { localClock: true } }), 'warn'],
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
