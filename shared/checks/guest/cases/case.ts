import type { Outcome } from '../../../contracts/finding.ts';
import type { CloudConfig, GuestView, KernelView, LinuxView, WindowsView } from '../view.ts';

/** What a check is to say of one view; the params that matter, or none. */
export type Case = [code: string, view: GuestView, outcome: Outcome, params?: Record<string, string | number>];

const virtio = new Set(['virtio_pci', 'virtio_blk', 'virtio_scsi', 'virtio_net']);

export const kernel: KernelView = {
  version: '6.1.0-56-cloud-amd64',
  builtin: new Set(['ext4']),
  modules: virtio,
  initramfs: { state: 'read', path: '/boot/initrd.img-6.1.0-56-cloud-amd64', modules: virtio },
};

export const cloudConfig: CloudConfig = {
  datasources: ['NoCloud', 'ConfigDrive', 'OpenStack', 'None'],
  networkDisabledBy: undefined,
  preservesHostname: false,
  modules: ['growpart', 'resizefs', 'set-hostname', 'users-groups', 'ssh'],
  defaultUser: 'debian',
};

/** A Linux that passes every check. */
const goodLinux: LinuxView = {
  kernels: [kernel],
  cloudInit: { installed: true, version: '22.4.2', enabled: true, disabledBy: undefined, config: cloudConfig },
  packages: new Map([
    ['openssh-server', '1:9.2'],
    ['qemu-guest-agent', '1:7.2'],
  ]),
  startup: {
    fstab: ['LABEL=cloudroot / ext4 defaults 0 1'],
    kernelLines: ['linux /vmlinuz root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200'],
  },
  network: { macFiles: [], staticFiles: [], fixedNames: [] },
  services: {
    sshServer: true,
    growpart: true,
    enabled: new Set(['ssh', 'systemd-timesyncd']),
    sshd: new Map([['passwordauthentication', 'no']]),
    guestAgent: 'there',
    localClock: false,
  },
  remains: {
    machineId: undefined,
    dbusMachineId: false,
    hostKeys: [],
    authorizedKeys: [],
    passwords: [],
    emptyPasswords: [],
    users: [],
    histories: [],
    sudoers: [],
    privateKeys: [],
    randomSeeds: [],
    leases: [],
    logs: [],
    homeKilobytes: 20,
    cloudInitState: [],
    subscriptions: [],
    cloudIdentities: [],
    managementIdentities: [],
    foreignFiles: [],
  },
};

const goodWindows: WindowsView = { drivers: ['viostor.sys', 'netkvm.sys'], cloudbaseInit: true };

export const disk = (view: Partial<GuestView> = {}): GuestView => ({
  facts: { osType: 'linux', osDistro: 'debian', architecture: 'x86_64', packageFormat: 'deb', initSystem: 'systemd' },
  systems: 1,
  encrypted: false,
  bootCode: true,
  fallbackLoader: true,
  linux: goodLinux,
  windows: undefined,
  ...view,
});

/** That Linux with other parts, e.g. `linux({ network: { macFiles: ['/x'] } })`. */
export const linux = (
  parts: {
    [Part in keyof LinuxView]?: LinuxView[Part] extends ReadonlyMap<string, string> | readonly KernelView[]
      ? LinuxView[Part]
      : Partial<LinuxView[Part]>;
  },
): GuestView => {
  const merged = Object.entries(parts).map(([name, part]) => {
    const before = goodLinux[name as keyof LinuxView];
    return [name, part instanceof Map || Array.isArray(part) ? part : { ...before, ...part }];
  });
  return disk({ linux: { ...goodLinux, ...Object.fromEntries(merged) } });
};

export const windows = (parts: Partial<WindowsView> = {}): GuestView =>
  disk({
    facts: { osType: 'windows', architecture: 'x86_64' },
    linux: undefined,
    windows: { ...goodWindows, ...parts },
  });
