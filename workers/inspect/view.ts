import type { GuestFacts } from '../../shared/contracts/run.ts';

/** What was seen inside an image; the checks are pure functions of it. Texts are the guest's, cleaned and capped. */
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
  kernels: KernelView[];
  cloudInit: {
    installed: boolean;
    version: string | undefined;
    /** Undefined: cannot be told on this init system. */
    enabled: boolean | undefined;
    disabledBy: string | undefined;
  };
  /** Of a Linux. */
  readiness: ReadinessView | undefined;
  /** Windows: drivers and services by file. */
  windows: { drivers: string[]; cloudbaseInit: boolean } | undefined;
};

/** What an installed Linux holds that matters when many instances are made of it. Texts are the guest's, cleaned and capped. */
export type ReadinessView = {
  /** Undefined where there is no such file. */
  machineId: string | undefined;
  fstab: string[];
  hostKeys: string[];
  /** Network configuration files that name a hardware address. */
  macFiles: string[];
  /** Files that let somebody in, with a key in them. */
  authorizedKeys: string[];
  /** Users with a password. */
  passwords: string[];
  histories: string[];
  packages: ReadonlySet<string>;
  /** Lines of the boot loader's configuration that start a kernel. */
  kernelLines: string[];
  sshServer: boolean;
  growpart: boolean;
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

/** `kernel/drivers/block/virtio_blk.ko.xz` is the module `virtio_blk`. */
export const moduleOf = (path: string): string | undefined =>
  /([^/]+)\.ko(?:\.(?:gz|xz|zst|bz2))?$/.exec(path)?.[1]?.replaceAll('-', '_');

export const clean = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 200);
