import type { PartitionView } from '../guest-view.ts';
import { toUnseen } from '../unseen.ts';
import { type Case, cloudConfig, disk, goodDisk, linux, onDisk } from './case.ts';

function withConfig(config: Partial<typeof cloudConfig>) {
  return linux({ cloudInit: { config: { ...cloudConfig, ...config } } });
}

function startWith(commandLine: string) {
  return linux({
    boot: { entry: { from: '/boot/grub/grub.cfg', kernel: '/vmlinuz', initrds: [], commandLine, missing: [] } },
  });
}

const [biosBoot, esp, root] = goodDisk.partitions as [PartitionView, PartitionView, PartitionView];
function onPartitions(...partitions: PartitionView[]) {
  return onDisk({ partitions });
}
const behindRoot = { ...root, number: 4, start: root.end + 1, end: root.end + 1024 };

/** Can an instance get its own name, network and keys? */
export const becomes: Case[] = [
  ['cloud-init-installed', disk(), 'pass'],
  ['cloud-init-installed', linux({ cloudInit: { installed: false } }), 'fail'],
  ['cloud-init-enabled', disk(), 'pass'],
  [
    'cloud-init-enabled',
    linux({ cloudInit: { enabled: toUnseen('init-system') } }),
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
    linux({ cloudInit: { version: toUnseen('package-version', 'cloud-init') } }),
    'unknown',
    { what: 'cloud-init' },
  ],
  ['cloud-init-datasources', disk(), 'pass'],
  ['cloud-init-datasources', withConfig({ datasources: undefined }), 'pass'],
  // The installer of Ubuntu leaves this behind.
  ['cloud-init-datasources', withConfig({ datasources: ['None'] }), 'fail', { listed: 'None' }],
  ...[
    'ds=nocloud-net;s=http://10.0.0.1/',
    'ds=nocloud\\;s=http://10.0.0.1/',
    '"ds=nocloud-net;seedfrom=http://10.0.0.1/"',
    'ds=Azure',
    'ci.ds=None',
  ].map(
    (told): Case => [
      'cloud-init-datasources',
      startWith(`ro ${told} quiet`),
      'fail',
      { listed: told.replaceAll(/[\\"]/g, '') },
    ],
  ),
  ...['ds=nocloud', 'ds=nocloud-net;h=a', 'ds=openstack', 'ci.ds=ConfigDrive', 'nods=Azure'].map(
    (told): Case => ['cloud-init-datasources', startWith(told), 'pass'],
  ),
  ['cloud-init-network', startWith('network-config=disabled ro'), 'warn', { file: 'network-config=disabled' }],
  ['cloud-init-network', startWith('network-config=disabledx'), 'pass'],
  ['cloud-init-datasources', withConfig({ datasources: ['Azure', 'None'] }), 'fail', { listed: 'Azure, None' }],
  ['cloud-init-datasources', linux({ cloudInit: { config: undefined } }), 'unknown', { unseen: 'cloud-config' }],
  ['cloud-init-network', disk(), 'pass'],
  [
    'cloud-init-network',
    withConfig({ networkDisabledBy: '/etc/cloud/cloud.cfg.d/99-x.cfg' }),
    'warn',
    { file: '/etc/cloud/cloud.cfg.d/99-x.cfg' },
  ],
  ['cloud-init-hostname', disk(), 'pass'],
  ['cloud-init-hostname', withConfig({ preservesHostname: true }), 'warn'],
  ['cloud-init-modules', disk(), 'pass'],
  [
    'cloud-init-modules',
    withConfig({ modules: ['growpart', 'resizefs', 'set-hostname'] }),
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
  ['disk-growth', linux({ services: { growpart: false } }), 'warn', { behind: '-' }],
  // Swap behind the root, as installers lay it.
  ['disk-growth', onPartitions(biosBoot, esp, root, behindRoot), 'warn', { behind: '/dev/sda4' }],
  ['disk-growth', onPartitions({ ...behindRoot, start: 0, end: 1024 }, biosBoot, esp, root), 'pass'],
  [
    'disk-growth',
    onPartitions({ ...biosBoot, number: 4, type: '05', end: root.end }, esp, root),
    'warn',
    { behind: '/dev/sda4' },
  ],
  [
    'disk-growth',
    linux(
      { startup: { rootDevice: '/dev/vg/root' } },
      { partitions: [root, behindRoot], volumes: [{ device: '/dev/sda3', type: 'LVM2_member' }] },
    ),
    'warn',
    { behind: '/dev/sda4' },
  ],
  ['disk-growth', linux({ startup: { rootDevice: toUnseen('root-device') } }), 'unknown'],
];
