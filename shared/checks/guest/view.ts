import type { GuestFacts } from '../../contracts/run.ts';

/**
 * What was seen inside an image; every check is a pure function of it. Texts are the guest's, cleaned and capped by whoever looked
 * (workers/inspect). One type for each part that is looked at.
 */
export type GuestView = {
  facts: GuestFacts;
  /** How many operating systems were found. */
  systems: number;
  /** Encrypted volumes are there, whose inside nobody can see. */
  encrypted: boolean;
  /** The first sector holds boot code. */
  bootCode: boolean;
  /** A boot loader where UEFI looks for it without having been told (\EFI\BOOT\BOOTX64.EFI and such). */
  fallbackLoader: boolean;
  linux: LinuxView | undefined;
  windows: WindowsView | undefined;
};

/** An installed Linux. */
export type LinuxView = {
  /** Newest first. */
  kernels: readonly KernelView[];
  cloudInit: CloudInitView;
  /** Name to version, from the package database. */
  packages: ReadonlyMap<string, string>;
  startup: StartupView;
  network: NetworkView;
  services: ServicesView;
  remains: RemainsView;
};

export type KernelView = {
  version: string;
  /** Module names, with "_" for "-". */
  builtin: ReadonlySet<string>;
  modules: ReadonlySet<string>;
  initramfs:
    | { state: 'read'; path: string; modules: ReadonlySet<string> }
    | { state: 'none' }
    | { state: 'unreadable'; path: string };
};

export type CloudInitView = {
  installed: boolean;
  version: string | undefined;
  /** Undefined: cannot be told on this init system. */
  enabled: boolean | undefined;
  disabledBy: string | undefined;
  /** cloud.cfg and cloud.cfg.d together; undefined when there is none that can be read. */
  config: CloudConfig | undefined;
};

export type CloudConfig = {
  /** Undefined: cloud-init tries every one that it knows. */
  datasources: readonly string[] | undefined;
  /** The file that says `network: {config: disabled}`. */
  networkDisabledBy: string | undefined;
  preservesHostname: boolean;
  /** Of the first stage, with hyphens; undefined where no list is given. */
  modules: readonly string[] | undefined;
  /** The user that cloud-init makes. */
  defaultUser: string | undefined;
};

/** What decides whether the system comes up. */
export type StartupView = {
  /** Lines of /etc/fstab, comments left out. */
  fstab: readonly string[];
  /** Lines of the boot loader's configuration that start a kernel. */
  kernelLines: readonly string[];
};

export type NetworkView = {
  /** Configuration files that name a hardware address. */
  macFiles: readonly string[];
  /** Configuration files with fixed addresses. */
  staticFiles: readonly string[];
  /** Adapters that are configured by a name that hardware gave them, e.g. eno1, enp3s0f1, ens192. */
  fixedNames: readonly string[];
};

export type ServicesView = {
  sshServer: boolean;
  growpart: boolean;
  /** Names of services that start by themselves, without `.service`. */
  enabled: ReadonlySet<string>;
  /** sshd_config(5) with what it includes, before any Match: keyword in lower case to its value, the first one wins. */
  sshd: ReadonlyMap<string, string>;
  guestAgent: 'there' | 'off' | 'missing';
  /** The hardware clock is taken for local time. */
  localClock: boolean;
};

/** What the use of a system leaves behind, and every instance would share. */
export type RemainsView = {
  /** Undefined where there is no such file. */
  machineId: string | undefined;
  /** D-Bus has a machine id of its own, no link. */
  dbusMachineId: boolean;
  hostKeys: readonly string[];
  /** Files that let somebody in, with a key in them. */
  authorizedKeys: readonly string[];
  /** Users with a password. */
  passwords: readonly string[];
  emptyPasswords: readonly string[];
  /** Users of people that can log in, without the one that cloud-init makes. */
  users: readonly string[];
  histories: readonly string[];
  sudoers: readonly string[];
  privateKeys: readonly string[];
  randomSeeds: readonly string[];
  leases: readonly string[];
  logs: readonly string[];
  /** Undefined: cannot be told. */
  homeKilobytes: number | undefined;
  cloudInitState: readonly string[];
  subscriptions: readonly string[];
  cloudIdentities: readonly string[];
  managementIdentities: readonly string[];
  /** Tools of other hypervisors that no package brought. */
  foreignFiles: readonly string[];
};

export type WindowsView = {
  /** Files of virtio drivers, lower case. */
  drivers: readonly string[];
  cloudbaseInit: boolean;
};
