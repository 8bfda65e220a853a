import type { Outcome } from '../../../contracts/finding.ts';
import type {
  CloudConfig,
  DiskView,
  DriverView,
  GuestView,
  KernelView,
  LinuxView,
  WindowsView,
} from '../guest-view.ts';
import { partly, toSeen, type Why } from '../unseen.ts';

/** The expected outcome of a check for one view; the params that matter, or none. */
export type Case = [code: string, view: GuestView, outcome: Outcome, params?: Record<string, string | number>];

const virtio = new Set(['virtio_pci', 'virtio_blk', 'virtio_scsi', 'virtio_net', 'nvme']);

export const kernel: KernelView = {
  version: '6.1.0-56-cloud-amd64',
  builtin: new Set(['ext4']),
  modules: virtio,
  initramfs: { whole: true, modules: virtio, hostOnly: false },
};

const commandLine = 'root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200';

const MiB = 1024 ** 2;
/** GPT with a BIOS boot partition, an ESP and a root filesystem; GRUB for BIOS and UEFI. */
export const goodDisk: DiskView = {
  partitions: [
    { number: 1, type: '21686148-6449-6e6f-744e-656564454649', bootable: false, start: MiB, end: 2 * MiB - 1 },
    { number: 2, type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b', bootable: false, start: 2 * MiB, end: 18 * MiB - 1 },
    { number: 3, type: '0fc63daf-8483-4772-8e79-3d69d8477de4', bootable: false, start: 18 * MiB, end: 998 * MiB - 1 },
  ],
  volumes: [
    { device: '/dev/sda2', type: 'vfat', uuid: '7704-F69E', label: 'ESP' },
    {
      device: '/dev/sda3',
      type: 'ext4',
      uuid: '03614083-9f4e-4cc2-9ad9-d43770a23475',
      label: 'cloudroot',
      partUuid: 'f1802915-5537-e643-82b1-f680c9680d58',
    },
  ],
  bootSector: { code: 'grub', next: true, coreAt: MiB },
  efiLoaders: [{ path: '/efi/boot/bootx64.efi', device: '/dev/sda2', onSystemPartition: true }],
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
  kernel,
  boot: {
    images: [kernel.version],
    moduleFolders: [kernel.version],
    entry: {
      from: '/boot/grub/grub.cfg',
      kernel: `/boot/vmlinuz-${kernel.version}`,
      initrds: [`/boot/initrd.img-${kernel.version}`],
      commandLine,
      missing: [],
    },
  },
  cloudInit: { installed: true, version: '22.4.2', enabled: true, disabledBy: undefined, config: cloudConfig },
  packages: new Map([
    ['openssh-server', '1:9.2'],
    ['qemu-guest-agent', '1:7.2'],
  ]),
  startup: {
    fstab: ['LABEL=cloudroot / ext4 defaults 0 1'],
    kernelLines: [commandLine],
    resume: undefined,
    crypttab: [],
    nextLine: undefined,
    lvmDevices: undefined,
    rootDevice: '/dev/sda3',
    selinux: { enforcing: false, relabelPending: false, labelled: false },
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

export const bootDriver: DriverView = { file: true, staged: true, start: 0, startOverride: undefined, bound: true };
export const noDriver: DriverView = {
  file: false,
  staged: false,
  start: undefined,
  startOverride: undefined,
  bound: false,
};

/** A Windows that passes every check. */
const goodWindows: WindowsView = {
  registry: { missing: [], unreadable: [] },
  version: { major: 10, minor: 0 },
  drivers: new Map([
    ['viostor', bootDriver],
    ['vioscsi', noDriver],
    ['netkvm', { ...bootDriver, start: 3 }],
  ]),
  cloudbaseInit: { installed: true, start: 2, startedBySetup: false, sources: undefined },
  volume: { dirty: false, hibernated: false },
  bootStores: { bios: true, uefi: true },
  imageState: 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE',
  pending: [],
  remoteDesktop: { allowed: true, firewallRule: true },
  foreignTools: [],
};

export function disk(view: Other<GuestView> = {}): GuestView {
  return but<GuestView>(
    {
      facts: {
        partitionTable: 'gpt',
        osType: 'linux',
        osDistro: 'debian',
        architecture: 'x86_64',
        packageFormat: 'deb',
        initSystem: 'systemd',
      },
      systems: 1,
      disk: goodDisk,
      linux: goodLinux,
      windows: undefined,
      unseen: [],
    },
    view,
  );
}

/** The parts that differ; `unseen(...)` in place of one that was not seen. */
type Other<T> = { [Name in keyof T]?: T[Name] | { unseen: Why } };

function isUnseen(part: unknown): part is { unseen: Why } {
  return typeof part === 'object' && part !== null && Object.hasOwn(part, 'unseen');
}

function but<T extends object>(whole: T, other: Other<T>): T {
  return partly<T>(
    Object.fromEntries(
      Object.entries({ ...whole, ...other }).map(([name, part]) => [name, isUnseen(part) ? part : toSeen(part)]),
    ) as never,
  );
}

export function onDisk(parts: Other<DiskView>, view: Other<GuestView> = {}): GuestView {
  return disk({ disk: but(goodDisk, parts), ...view });
}

/** That Linux with other parts, e.g. `linux({ network: { macFiles: ['/x'] } })`, and perhaps on another disk. */
export function linux(
  parts: {
    [Part in keyof LinuxView]?:
      | { unseen: Why }
      | (LinuxView[Part] extends ReadonlyMap<string, string>
          ? LinuxView[Part]
          : Other<NonNullable<LinuxView[Part]>> | Extract<LinuxView[Part], undefined>);
  },
  otherDisk: Other<DiskView> = {},
): GuestView {
  const merged = Object.entries(parts).map(([name, part]) => {
    const before = goodLinux[name as keyof LinuxView];
    const isWhole = part instanceof Map || part === undefined || isUnseen(part);
    return [name, isWhole ? part : but(before as object, part)];
  });
  return onDisk(otherDisk, { linux: but(goodLinux, Object.fromEntries(merged) as Other<LinuxView>) });
}

export function windows(parts: Other<WindowsView> = {}, view: Partial<GuestView> = {}): GuestView {
  return disk({
    facts: { osType: 'windows', architecture: 'x86_64', firmware: ['bios', 'uefi'] },
    linux: undefined,
    windows: but(goodWindows, parts),
    ...view,
  });
}

/** That Windows with other drivers. */
export function drivers(others: Readonly<Record<string, Partial<DriverView>>>): GuestView {
  const merged = Object.entries(others).map(([name, driver]) => [name, { ...noDriver, ...driver }] as const);
  return windows({ drivers: new Map([...goodWindows.drivers, ...merged]) });
}
