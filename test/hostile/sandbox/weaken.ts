/**
 * How a test takes a wall of the sandbox away, or puts a stand-in into the place of a tool. Used with `vi.mock` on the modules that make the
 * arguments of bwrap, so that the product has no switch for it.
 */
export type Weakness = {
  /** Files inside to files outside: stand-ins for tools. */
  standIns: Record<string, string>;
  network: boolean;
  /** Folders of the host that are bound in where they are. */
  folders: string[];
  systemCalls: boolean;
  /** A command line in the place of prlimit's and bwrap's. */
  start: string[] | undefined;
};

export function strong(): Weakness {
  return {
    standIns: {},
    network: false,
    folders: [],
    systemCalls: false,
    start: undefined,
  };
}

export const weakness: Weakness = strong();

export function restore(): void {
  Object.assign(weakness, strong());
}

/** Mounts come before the root is made read-only. */
export function weakened(args: readonly string[]): string[] {
  const at = args.indexOf('--remount-ro');
  const binds = [
    ...Object.entries(weakness.standIns).flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
    ...weakness.folders.flatMap((folder) => ['--bind', folder, folder]),
  ];
  return [
    ...args
      .slice(0, at)
      .flatMap((each) => (each === '--unshare-all' && weakness.network ? [each, '--share-net'] : [each])),
    ...binds,
    ...args.slice(at),
  ];
}

/** BPF_RET | BPF_K, SECCOMP_RET_ALLOW: a program that lets everything pass, whatever the architecture. */
export function allCalls(): Buffer {
  return Buffer.from('060000000000ff7f', 'hex');
}
