/** Who holds a limit of a sandbox here: the kernel at once, or the watch of `sandbox-watch.ts` twice a second. */
export type SandboxBounds = {
  processes: 'kernel and watch' | 'watch only';
  memory: 'kernel for each process, watch for all';
  disk: 'kernel for each file, watch for the folder';
};

/** The kernel counts no processes of root: setrlimit(2), RLIMIT_NPROC. */
export function sandboxBounds(): SandboxBounds {
  return {
    processes: process.getuid?.() === 0 ? 'watch only' : 'kernel and watch',
    memory: 'kernel for each process, watch for all',
    disk: 'kernel for each file, watch for the folder',
  };
}
