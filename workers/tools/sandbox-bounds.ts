import { ownCgroups } from './sandbox-cgroups.ts';

/** Who holds a limit of a sandbox here: the kernel at once, or the watch of `sandbox-watch.ts` twice a second. */
export type SandboxBounds = {
  processes: 'kernel for all (cgroup), and watch' | 'kernel and watch' | 'watch only';
  memory: 'kernel for all (cgroup), and watch' | 'kernel for each process, watch for all';
  disk: 'kernel for each file, watch for the folder';
};

/** Without a control group the kernel counts no processes of root: setrlimit(2), RLIMIT_NPROC. */
export function sandboxBounds(): SandboxBounds {
  const disk = 'kernel for each file, watch for the folder';
  if (ownCgroups()) {
    return { processes: 'kernel for all (cgroup), and watch', memory: 'kernel for all (cgroup), and watch', disk };
  }
  return {
    processes: process.getuid?.() === 0 ? 'watch only' : 'kernel and watch',
    memory: 'kernel for each process, watch for all',
    disk,
  };
}
