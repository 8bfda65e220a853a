import type { GuestFacts } from '../../contracts/run.ts';

/**
 * The facts that were seen inside an image; every check is a pure function of them. Texts come from the guest, and the inspection has cleaned and capped them
 * (workers/inspect). One type for each part that is checked.
 * An absent thing is `undefined`, `false` or an empty list. A thing that could not be seen has no value at all: the inspection builds each part from the facts
 * that it has `Seen` (`partly`, unseen.ts), and reading any other fact throws `Unseen`. So no check mistakes one for the other.
 */
export type GuestView = {
  facts: GuestFacts;
  /** How many operating systems were found. */
  systems: number;
  disk: DiskView;
  linux: LinuxView | undefined;
  windows: WindowsView | undefined;
  /** Parts that exceeded their limits. */
  unseen: readonly string[];
};

/** The disk itself: what firmware meets before any system runs. */
export type DiskView = {
  partitions: readonly PartitionView[];
  /** All that has content: filesystems, swap, members of volume groups and arrays, encrypted volumes; in partitions, logical volumes and arrays. */
  volumes: readonly VolumeView[];
  bootSector: BootSectorView;
  /** Files `*.efi` under \EFI of every FAT filesystem. */
  efiLoaders: readonly EfiLoader[];
};

export type PartitionView = {
  number: number;
  /** A GUID (GPT) or two hex digits (MBR), lower case. */
  type: string;
  /** MBR's active flag, GPT's legacy_boot attribute (UEFI 2.10, 5.3.3, bit 2). */
  bootable: boolean;
  /** In bytes, both included. */
  start: number;
  end: number;
};

export type VolumeView = {
  /** As the appliance calls it: /dev/sda1, /dev/vg/root, /dev/md127. */
  device: string;
  /** blkid's TYPE, e.g. ext4, swap, LVM2_member, crypto_LUKS. */
  type: string;
  uuid?: string;
  label?: string;
  partUuid?: string;
  partLabel?: string;
};

export type BootSectorView = {
  /**
   * The origin of the code in the first sector, by its content. `active-partition`: it starts the boot sector of the partition with the active flag (DOS,
   * Windows, syslinux, parted). `legacy-boot-partition`: syslinux' gptmbr, which does the same by GPT's attribute. `syslinux`: the code of syslinux or extlinux
   * itself, on a disk without partitions.
   */
  code:
    | 'none'
    | 'grub'
    | 'grub-legacy'
    | 'lilo'
    | 'active-partition'
    | 'legacy-boot-partition'
    | 'syslinux'
    | 'unknown';
  /** Whether that which the code starts next is there: GRUB's core image, a partition's boot sector. Unseen of code that is not known. */
  next: boolean;
  /** Where GRUB's core image begins, in bytes. */
  coreAt: number | undefined;
};

export type EfiLoader = {
  /** Lower case, e.g. /efi/boot/bootx64.efi. */
  path: string;
  /** The partition, and whether its type says that it is an EFI system partition. */
  device: string;
  onSystemPartition: boolean;
};

/** An installed Linux. */
export type LinuxView = {
  /** The kernel that the boot loader starts; the newest if that is not known. Undefined: there is no kernel. */
  kernel: KernelView | undefined;
  boot: BootFilesView;
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
  /** The initramfs that the boot loader loads with it. Undefined: none. */
  initramfs: InitramfsView | undefined;
};

export type InitramfsView = {
  modules: ReadonlySet<string>;
  hostOnly: boolean;
  /** Whether all of it could be read. A module that is missing from the list may be in the rest. */
  whole: boolean;
};

/** Kernels as files, and which of them the boot loader starts. */
export type BootFilesView = {
  /** Versions of the kernels in /boot, newest first; undefined where their names hold none (Alpine, Arch). */
  images: readonly string[] | undefined;
  /** Versions of the folders in /lib/modules, newest first. */
  moduleFolders: readonly string[];
  /** The entry that the boot loader starts by default. */
  entry: BootEntry;
};

export type BootEntry = {
  /** The file that says so. */
  from: string;
  kernel: string;
  /** Loaded one behind the other, microcode first. */
  initrds: readonly string[];
  commandLine: string;
  /** Files that the entry names and that are not there. */
  missing: readonly string[];
};

export type CloudInitView = {
  installed: boolean;
  /** The version of its package. */
  version: string;
  enabled: boolean;
  disabledBy: string | undefined;
  /** cloud.cfg and cloud.cfg.d together; undefined if neither exists. */
  config: CloudConfig | undefined;
};

export type CloudConfig = {
  /** Undefined: cloud-init tries every source that it knows. */
  datasources: readonly string[] | undefined;
  /** The file that says `network: {config: disabled}`. */
  networkDisabledBy: string | undefined;
  preservesHostname: boolean;
  /** The modules of the first stage, with hyphens; undefined if the configuration has no list. */
  modules: readonly string[] | undefined;
  /** The user that cloud-init makes. */
  defaultUser: string | undefined;
};

/** The facts that decide whether the system comes up. */
export type StartupView = {
  /** Lines of /etc/fstab, comments left out. */
  fstab: readonly string[];
  /** Command lines of the kernels that the boot loader offers, variables filled in. */
  kernelLines: readonly string[];
  /** The device from which initramfs-tools resumes. */
  resume: string | undefined;
  /** Lines of /etc/crypttab, comments left out. */
  crypttab: readonly string[];
  /** The command line that the next kernel gets which is installed: /etc/kernel/cmdline, kernel-install(8). */
  nextLine: string | undefined;
  /** The file by which LVM knows the disks that it may use, by their hardware; undefined where it has none. lvmdevices(8) */
  lvmDevices: string | undefined;
  /** Device of the root filesystem, as the appliance calls it. */
  rootDevice: string;
  selinux: SelinuxView;
};

export type SelinuxView = {
  enforcing: boolean;
  /** /.autorelabel: all files get labels at the first boot. */
  relabelPending: boolean;
  /** Whether system files have labels. */
  labelled: boolean;
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
  /** The hardware clock is treated as local time. */
  localClock: boolean;
};

/** Remains of a system's use that every instance would share. */
export type RemainsView = {
  /** Undefined where there is no such file. */
  machineId: string | undefined;
  /** D-Bus has a machine id of its own, no link. */
  dbusMachineId: boolean;
  hostKeys: readonly string[];
  /** Files with keys that give access. */
  authorizedKeys: readonly string[];
  /** Users with a password. */
  passwords: readonly string[];
  emptyPasswords: readonly string[];
  /** User accounts that can log in, except the one that cloud-init makes. */
  users: readonly string[];
  histories: readonly string[];
  sudoers: readonly string[];
  privateKeys: readonly string[];
  randomSeeds: readonly string[];
  leases: readonly string[];
  logs: readonly string[];
  homeKilobytes: number;
  cloudInitState: readonly string[];
  subscriptions: readonly string[];
  cloudIdentities: readonly string[];
  managementIdentities: readonly string[];
  /** Tools of other hypervisors that belong to no package. */
  foreignFiles: readonly string[];
};

/** An installed Windows. */
export type WindowsView = {
  registry: RegistryView;
  /** The version of NT, e.g. 10 and 0 for all since Windows 10 and Server 2016. */
  version: { major: number; minor: number };
  /** Drivers of virtio devices, by name, e.g. `viostor`. */
  drivers: ReadonlyMap<string, DriverView>;
  cloudbaseInit: CloudbaseInitView;
  volume: WindowsVolumeView;
  /** A boot configuration (BCD) is there for this way of starting. */
  bootStores: { bios: boolean; uefi: boolean };
  /** The state that setup and sysprep recorded, e.g. `IMAGE_STATE_COMPLETE`; undefined if they recorded nothing. */
  imageState: string | undefined;
  /** Signs of an update or a removal that ends with the next start. */
  pending: readonly string[];
  /** `firewallRule` is undefined if the rule does not exist. */
  remoteDesktop: { allowed: boolean; firewallRule: boolean | undefined };
  /** Guest tools of other hypervisors. */
  foreignTools: readonly string[];
};

/** The names of missing hives, and of hives that could not be read. Their contents are unseen in the other parts. */
type RegistryView = { missing: readonly string[]; unreadable: readonly string[] };

export type DriverView = {
  /** The driver's file is in the place from which Windows loads it. */
  file: boolean;
  /** Its package is in the driver store, from where plug and play installs it. */
  staged: boolean;
  /** The start type of its service: 0 with the boot loader, 1 with the kernel, 2 automatic, 3 on demand, 4 disabled. Undefined: it has none. */
  start: number | undefined;
  /** The value that replaces `start` at the next start of Windows. */
  startOverride: number | undefined;
  /** Windows knows which device it is for before plug and play has looked. */
  bound: boolean;
};

export type CloudbaseInitView = {
  installed: boolean;
  /** The start type of its service, as with drivers. */
  start: number | undefined;
  /** SetupComplete.cmd, which runs at the end of the first start after sysprep, sets the service to start. */
  startedBySetup: boolean;
  /** Classes of the services that it asks, without their modules; undefined: its defaults. */
  sources: readonly string[] | undefined;
};

export type WindowsVolumeView = {
  dirty: boolean;
  /** hiberfil.sys holds a session, from hibernation or from fast start-up. */
  hibernated: boolean;
};
