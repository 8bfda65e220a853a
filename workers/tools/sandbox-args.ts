import { existsSync } from 'node:fs';
import type { SandboxCommand } from './sandbox-command.ts';

/** Where programs and their libraries are; on merged-/usr systems the short names are links. */
const system = ['/usr', '/lib', '/lib64', '/bin', '/sbin', '/etc/alternatives', '/etc/ld.so.cache'];

const MiB = 1024 ** 2;
/** Folders in memory, each with its size: without one the kernel gives each half of the machine's memory. */
export const inMemory = { '/tmp': 64 * MiB, '/var/tmp': 64 * MiB, '/run': MiB, '/dev/shm': 16 * MiB } as const;

/** Descriptors that bwrap reads and writes at its start; it closes them before the program begins. */
export const descriptors = { args: 3, seccomp: 4, status: 5 } as const;

/** Limits that the kernel holds for each process. prlimit(1) */
function toLimits({ limits }: SandboxCommand): string[] {
  return [
    `--cpu=${Math.ceil(limits.cpuSeconds)}`,
    `--fsize=${Math.ceil(limits.fileBytes)}`,
    `--nofile=${limits.openFiles ?? 256}`,
    '--core=0',
    '--memlock=0',
    ...(limits.memoryBytes > 0 ? [`--as=${limits.memoryBytes}`] : []),
  ];
}

/**
 * The command line. It names nothing of the host, because `/proc/1/cmdline` shows it to what is inside. The limit of processes is set
 * inside: there it counts those of this sandbox, outside it would count all that the user has.
 * @param outside what runs before bwrap and becomes it
 */
export function commandLine(command: SandboxCommand, outside: readonly string[] = []): string[] {
  return [
    ...toLimits(command),
    '--',
    ...outside,
    'bwrap',
    ...['--args', String(descriptors.args), '--'],
    ...['prlimit', `--nproc=${mostTasks(command)}`, '--', command.command, ...command.args],
  ];
}

/** Processes and threads together. QEMU alone may have 64 threads that read and write (util/thread-pool.c). */
export function mostTasks({ limits }: SandboxCommand): number {
  return limits.tasks ?? 256;
}

/**
 * Namespaces of its own: no network, no other process, and of the file system only programs and what is bound in. This is the
 * wall behind the detector: QEMU calls itself no isolation without KVM (docs/system/security.rst), and its parsers have had
 * holes (CVE-2024-4467). bwrap(1)
 */
export function namespaceArgs({ readOnly, writable, devices, env }: SandboxCommand): string[] {
  return [
    // A user namespace within this one would have all capabilities again, and with them the kernel's rarer code.
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--hostname', 'sandbox'],
    ...['--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
    ...['--seccomp', String(descriptors.seccomp), '--json-status-fd', String(descriptors.status)],
    ...system.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    // OFD locks are probed on /dev/null; QEMU puts snapshots into /var/tmp, whatever TMPDIR says.
    ...['--proc', '/proc', '--dev', '/dev'],
    ...Object.entries(inMemory).flatMap(([path, size]) => ['--size', String(size), '--tmpfs', path]),
    ...['--chdir', '/'],
    ...(devices ?? []).flatMap((path) => ['--dev-bind', path, path]),
    ...Object.entries(readOnly ?? {}).flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
    ...Object.entries(writable ?? {}).flatMap(([inside, outside]) => ['--bind', outside, inside]),
    // Folders in memory need no size, because nothing is written there once all mounts are made. /proc is read-only because the kernel checks the host's user
    // there and not capabilities: as root, a tool could set kernel.core_pattern from the sandbox.
    ...['--remount-ro', '/proc', '--remount-ro', '/dev', '--remount-ro', '/'],
    ...Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/tmp', ...env }).flatMap(
      ([name, value]) => ['--setenv', name, value],
    ),
  ];
}
