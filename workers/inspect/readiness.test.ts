import { expect, test } from 'vitest';
import { readinessFindings } from './readiness.ts';
import type { ReadinessView } from './view.ts';

const ready: ReadinessView = {
  machineId: undefined,
  fstab: ['LABEL=cloudroot / ext4 defaults 0 1'],
  hostKeys: [],
  macFiles: [],
  authorizedKeys: [],
  passwords: [],
  histories: [],
  packages: new Set(['openssh-server', 'qemu-guest-agent']),
  kernelLines: ['linux /vmlinuz root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200'],
  sshServer: true,
  growpart: true,
};
const troubled = (view: Partial<ReadinessView>) =>
  readinessFindings({ ...ready, ...view })
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ code, outcome, params }) => [code, outcome, ...Object.values(params)]);

test('an image that is prepared passes every check', () => {
  expect(troubled({})).toEqual([]);
  expect(troubled({ machineId: '' })).toEqual([]);
  expect(troubled({ machineId: 'uninitialized' })).toEqual([]);
});

test.each<[Partial<ReadinessView>, unknown[]]>([
  [{ fstab: ['/dev/sda1 / ext4 defaults 0 1'] }, ['fstab-devices', 'fail', '/dev/sda1']],
  [
    { macFiles: ['/etc/udev/rules.d/70-persistent-net.rules'] },
    ['network-bound-to-mac', 'warn', '/etc/udev/rules.d/70-persistent-net.rules'],
  ],
  [{ machineId: 'b08dfa6083e7567a1921a715000001fb' }, ['clone-machine-id', 'warn']],
  [{ hostKeys: ['/etc/ssh/ssh_host_rsa_key'] }, ['clone-host-keys', 'warn', 1]],
  [
    { authorizedKeys: ['/root/.ssh/authorized_keys'], passwords: ['bob'] },
    ['clone-credentials', 'warn', '/root/.ssh/authorized_keys bob'],
  ],
  [{ histories: ['/root/.bash_history'] }, ['clone-histories', 'warn', '/root/.bash_history']],
  [{ packages: new Set(['open-vm-tools', 'bash']) }, ['foreign-tools', 'warn', 'open-vm-tools']],
  [{ kernelLines: ['linux /vmlinuz ro quiet'] }, ['serial-console', 'warn']],
  [{ kernelLines: [] }, ['serial-console', 'unknown']],
  [{ sshServer: false }, ['ssh-server', 'warn']],
  [{ growpart: false }, ['disk-growth', 'warn']],
])('%j is told', (view, told) => {
  expect(troubled(view)).toEqual([told]);
});

test('what may be missing keeps no system from starting', () => {
  const fstab = ['/dev/sdb1 /data ext4 nofail 0 2', '/dev/sda2 none swap sw 0 0', '/dev/sdc1 /x ext4 noauto 0 0'];
  expect(troubled({ fstab })).toEqual([]);
});
