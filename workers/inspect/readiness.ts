import type { readinessChecks } from '../../shared/checks/readiness.ts';
import type { Finding, Outcome } from '../../shared/contracts/finding.ts';
import type { Guestfish } from '../tools/guestfish.ts';
import { clean, type ReadinessView } from './view.ts';

const networkFiles = [
  '/etc/udev/rules.d/*persistent-net*.rules',
  '/etc/netplan/*.yaml',
  '/etc/sysconfig/network-scripts/ifcfg-*',
  '/etc/NetworkManager/system-connections/*',
  '/etc/network/interfaces',
];
const loaderFiles = [
  '/boot/grub/grub.cfg',
  '/boot/grub2/grub.cfg',
  '/boot/loader/entries/*.conf',
  '/boot/extlinux.conf',
  '/boot/syslinux/syslinux.cfg',
];
const most = 20;
const hardwareAddress = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i;

export const lookForReadiness = async ({ ask }: Guestfish, packages: ReadonlySet<string>): Promise<ReadinessView> => {
  const expand = async (...patterns: string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const pattern of patterns) found.push(...((await ask('glob-expand', pattern)) ?? []));
    return found.slice(0, most);
  };
  const read = async (path: string): Promise<string[] | undefined> => (await ask('cat', path))?.map(clean);
  const holding = async (paths: string[], matches: (line: string) => boolean): Promise<string[]> => {
    const found: string[] = [];
    for (const path of paths) if (((await read(path)) ?? []).some(matches)) found.push(clean(path));
    return found;
  };
  const exists = async (...paths: string[]): Promise<boolean> => (await expand(...paths)).length > 0;
  const active = (line: string): boolean => line !== '' && !line.startsWith('#');

  const kernelLines: string[] = [];
  for (const path of await expand(...loaderFiles)) {
    const lines = (await read(path)) ?? [];
    kernelLines.push(...lines.filter((line) => /^(?:linux(?:16|efi)?|options|append)\s/i.test(line)));
  }
  return {
    machineId: (await read('/etc/machine-id'))?.[0],
    fstab: ((await read('/etc/fstab')) ?? []).filter(active),
    hostKeys: await expand('/etc/ssh/ssh_host_*_key'),
    macFiles: await holding(await expand(...networkFiles), (line) => active(line) && hardwareAddress.test(line)),
    authorizedKeys: await holding(await expand('/root/.ssh/authorized_keys', '/home/*/.ssh/authorized_keys'), active),
    // shadow(5): a hash begins with "$"; "*" and "!" let nobody in.
    passwords: ((await read('/etc/shadow')) ?? []).flatMap((line) => {
      const [user = '', hash = ''] = line.split(':');
      return hash.startsWith('$') || (hash === '' && user !== '') ? [user] : [];
    }),
    histories: (await expand('/root/.*_history', '/home/*/.*_history')).map(clean),
    packages,
    kernelLines,
    sshServer: await exists('/usr/sbin/sshd', '/usr/sbin/dropbear'),
    growpart: await exists('/usr/bin/growpart'),
  };
};

/** Guest tools by their packages' names, of Debian, Red Hat, SUSE and Alpine. */
const foreignPackages =
  /^(?:open-vm-tools(?:-desktop)?|vmware-tools.*|virtualbox-guest-(?:utils|x11|dkms|additions)|virtualbox-guest-tools|hyperv-daemons|hypervvssd|hypervkvpd|hv-kvp-daemon-init|xe-guest-utilities.*|xen-guest-agent|prl-tools|parallels-tools)$/;

/** A name that changes with the bus: fstab(5). What may be missing (nofail, noauto) and swap keep no system from starting. */
const oldDevice = (line: string): string | undefined => {
  const [device = '', , type = '', options = ''] = line.split(/\s+/);
  if (!/^\/dev\/(?:sd|hd|xvd|nvme)/.test(device)) return undefined;
  return type === 'swap' || /(?:^|,)(?:nofail|noauto)(?:,|$)/.test(options) ? undefined : device;
};

type Check = (view: ReadinessView) => { outcome: Outcome; params?: Finding['params'] };

const free = (found: readonly string[], name: string): ReturnType<Check> => ({
  outcome: found.length === 0 ? 'pass' : 'warn',
  params: { [name]: found.join(' ').slice(0, 200) },
});
const advised = (present: boolean): ReturnType<Check> => ({ outcome: present ? 'pass' : 'warn' });

const checks: Record<keyof typeof readinessChecks, Check> = {
  'fstab-devices': ({ fstab }) => {
    const devices = fstab.map(oldDevice).filter((device) => device !== undefined);
    return { outcome: devices.length === 0 ? 'pass' : 'fail', params: { devices: devices.join(', ').slice(0, 200) } };
  },
  'network-bound-to-mac': ({ macFiles }) => free(macFiles, 'files'),
  // machine-id(5): empty or "uninitialized" is made anew at the first boot.
  'clone-machine-id': ({ machineId }) => advised(!machineId || machineId === 'uninitialized'),
  'clone-host-keys': ({ hostKeys }) => ({
    outcome: hostKeys.length === 0 ? 'pass' : 'warn',
    params: { count: hostKeys.length },
  }),
  'clone-credentials': ({ authorizedKeys, passwords }) => free([...authorizedKeys, ...passwords], 'holders'),
  'clone-histories': ({ histories }) => free(histories, 'files'),
  'foreign-tools': ({ packages }) =>
    free(
      [...packages].filter((name) => foreignPackages.test(name)),
      'packages',
    ),
  'serial-console': ({ kernelLines }) =>
    kernelLines.length === 0
      ? { outcome: 'unknown' }
      : advised(kernelLines.some((line) => /\bconsole=(?:ttyS|ttyAMA|hvc)\d/.test(line))),
  'ssh-server': ({ sshServer }) => advised(sshServer),
  'disk-growth': ({ growpart }) => advised(growpart),
};

export const readinessFindings = (view: ReadinessView): Finding[] =>
  Object.entries(checks).map(([code, check]) => {
    const { outcome, params = {} } = check(view);
    return { code, step: 'inspect', outcome, params };
  });
