import { type Action, type ArgumentRule, compile, type Rules } from './filter.ts';
import type { Syscall } from './syscalls.ts';

/** Which system calls each kind of tool may make. Lists come from real runs (strace), and what other versions of glibc use for the same. */

const files = [
  'read',
  'write',
  'readv',
  'writev',
  'pread64',
  'pwrite64',
  'preadv',
  'pwritev',
  'preadv2',
  'pwritev2',
  'open',
  'openat',
  'openat2',
  'creat',
  'close',
  'close_range',
  'stat',
  'fstat',
  'lstat',
  'newfstatat',
  'statx',
  'access',
  'faccessat',
  'faccessat2',
  'readlink',
  'readlinkat',
  'getdents',
  'getdents64',
  'lseek',
  'dup',
  'dup2',
  'dup3',
  'fcntl',
  'flock',
  'fsync',
  'fdatasync',
  'sync_file_range',
  'fallocate',
  'ftruncate',
  'truncate',
  'unlink',
  'unlinkat',
  'rename',
  'renameat',
  'renameat2',
  'mkdir',
  'mkdirat',
  'rmdir',
  'chmod',
  'fchmod',
  'fchmodat',
  'fchown',
  'chown',
  'lchown',
  'fchownat',
  'utimensat',
  'utime',
  'utimes',
  'futimesat',
  'umask',
  'chdir',
  'fchdir',
  'getcwd',
  'statfs',
  'fstatfs',
  'fadvise64',
  'readahead',
  'copy_file_range',
  'sendfile',
  'splice',
  'tee',
  'pipe',
  'pipe2',
  'poll',
  'ppoll',
  'select',
  'pselect6',
  'epoll_create',
  'epoll_create1',
  'epoll_ctl',
  'epoll_wait',
  'epoll_pwait',
  'epoll_pwait2',
  'eventfd',
  'eventfd2',
  'timerfd_create',
  'timerfd_settime',
  'timerfd_gettime',
  'signalfd',
  'signalfd4',
  'inotify_init',
  'inotify_init1',
  'inotify_add_watch',
  'inotify_rm_watch',
  'getxattr',
  'lgetxattr',
  'fgetxattr',
  'listxattr',
  'llistxattr',
  'flistxattr',
] as const;

const memory = [
  'mmap',
  'munmap',
  'mprotect',
  'mremap',
  'madvise',
  'brk',
  'msync',
  'mlock',
  'munlock',
  'mlock2',
  'mincore',
  'membarrier',
] as const;

const time = [
  'clock_gettime',
  'clock_getres',
  'clock_nanosleep',
  'nanosleep',
  'gettimeofday',
  'time',
  'times',
  'alarm',
  'getitimer',
  'setitimer',
  'timer_create',
  'timer_settime',
  'timer_gettime',
  'timer_getoverrun',
  'timer_delete',
] as const;

const signals = [
  'rt_sigaction',
  'rt_sigprocmask',
  'rt_sigreturn',
  'rt_sigpending',
  'rt_sigtimedwait',
  'rt_sigsuspend',
  'rt_sigqueueinfo',
  'rt_tgsigqueueinfo',
  'sigaltstack',
  'kill',
  'tkill',
  'tgkill',
  'pause',
  'restart_syscall',
] as const;

const process = [
  'execve',
  'execveat',
  'exit',
  'exit_group',
  'wait4',
  'waitid',
  'getpid',
  'getppid',
  'gettid',
  'getpgid',
  'getpgrp',
  'getsid',
  'setsid',
  'setpgid',
  'getuid',
  'geteuid',
  'getgid',
  'getegid',
  'getresuid',
  'getresgid',
  'getgroups',
  'set_tid_address',
  'set_robust_list',
  'get_robust_list',
  'rseq',
  'arch_prctl',
  'prctl',
  'prlimit64',
  'getrlimit',
  'setrlimit',
  'getrusage',
  'getpriority',
  'setpriority',
  'sched_yield',
  'sched_getaffinity',
  'sched_setaffinity',
  'sched_getparam',
  'sched_setparam',
  'sched_getscheduler',
  'sched_setscheduler',
  'sched_get_priority_max',
  'sched_get_priority_min',
  'sysinfo',
  'uname',
  'capget',
  'getcpu',
  'futex',
  'futex_waitv',
  'getrandom',
] as const;

const socketCalls = [
  'bind',
  'connect',
  'listen',
  'accept',
  'accept4',
  'getsockname',
  'getpeername',
  'sendto',
  'recvfrom',
  'sendmsg',
  'recvmsg',
  'sendmmsg',
  'recvmmsg',
  'setsockopt',
  'getsockopt',
  'shutdown',
] as const;

const links = ['link', 'linkat', 'symlink', 'symlinkat', 'mknod', 'mknodat'] as const;

const deadly = [
  'ptrace',
  'process_vm_readv',
  'process_vm_writev',
  'bpf',
  'keyctl',
  'add_key',
  'request_key',
  'mount',
  'umount2',
  'pivot_root',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsmount',
  'fsconfig',
  'fspick',
  'mount_setattr',
  'unshare',
  'setns',
  'chroot',
  'open_by_handle_at',
  'kexec_load',
  'kexec_file_load',
  'init_module',
  'finit_module',
  'delete_module',
  'reboot',
  'swapon',
  'swapoff',
  'acct',
  'quotactl',
  'quotactl_fd',
  'lookup_dcookie',
  'iopl',
  'ioperm',
  'settimeofday',
  'clock_settime',
  'clock_adjtime',
  'adjtimex',
  'sethostname',
  'setdomainname',
  'syslog',
  'vhangup',
  'nfsservctl',
] as const;

const CLONE_THREAD = 0x0001_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. include/uapi/linux/sched.h */
const newNamespaces = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000;

const family = { unix: 1, inet: 2, inet6: 10 } as const;
type Family = keyof typeof family;

/** Terminals: TIOCSTI types into one, TIOCLINUX into a console. include/uapi/asm-generic/ioctls.h */
const terminalTricks = [0x5412, 0x541c];

const refused: Action = { errno: 'EPERM' };
/** The answer of an old kernel to a call that it does not know: programs then use another way. */
const unknown: Action = { errno: 'ENOSYS' };

function sockets(families: readonly Family[]): ArgumentRule {
  return {
    argument: 0,
    cases: families.map((name) => ({ equals: family[name], action: 'allow' })),
    otherwise: { errno: 'EAFNOSUPPORT' },
  };
}

/** Allows threads. Allows processes only with `forks`, and never a process in new namespaces. */
function clone(forks: boolean): ArgumentRule {
  return {
    argument: 0,
    cases: [
      { anyBit: newNamespaces, action: refused },
      { anyBit: CLONE_THREAD, action: 'allow' },
    ],
    otherwise: forks ? 'allow' : refused,
  };
}

function all(names: readonly Syscall[], action: Action): Rules['calls'] {
  return Object.fromEntries(names.map((name) => [name, action]));
}

type Needs = { forks?: boolean; sockets?: readonly Family[]; links?: boolean; ownFilter?: boolean };

function toRules({
  forks = false,
  sockets: families = [],
  links: makesLinks = false,
  ownFilter: setsFilter = false,
}: Needs): Rules {
  return {
    calls: {
      ...all([...files, ...memory, ...time, ...signals, ...process], 'allow'),
      ...all(deadly, 'kill'),
      ...(families.length > 0 ? all(socketCalls, 'allow') : {}),
      ...(makesLinks ? all(links, 'allow') : {}),
      ...(setsFilter ? all(['seccomp'], 'allow') : {}),
      ...all(['fork', 'vfork'], forks ? 'allow' : refused),
      clone: clone(forks),
      // Its flags are in memory, where no filter can read them; glibc then uses clone.
      clone3: unknown,
      socket: sockets(families),
      socketpair: sockets(families),
      ioctl: { argument: 1, cases: terminalTricks.map((equals) => ({ equals, action: refused })), otherwise: 'allow' },
    },
    otherwise: unknown,
  };
}

/** The calls that at least one kind of tool may make, with any arguments. */
export const callsOfTools: readonly Syscall[] = [
  ...[...files, ...memory, ...time, ...signals, ...process, ...socketCalls, ...links],
  ...(['seccomp', 'fork', 'vfork', 'clone', 'socket', 'socketpair', 'ioctl'] as const),
];

/** Kinds of tools, each with what it needs beyond files, memory and threads. */
const needs = {
  /** A program that reads and writes: decompressors, mkfs, mcopy. */
  filter: {},
  /** hivexregedit and shell scripts of ours: they start programs. */
  script: { forks: true },
  /** qemu-img and nbdkit: they talk to each other by a Unix socket. */
  block: { sockets: ['unix'] },
  /** QEMU with a machine of the guest's; it adds a filter of its own (`-sandbox`). */
  machine: { sockets: ['unix'], ownFilter: true },
  /** guestfish: starts QEMU, and makes pipes and links in its own folder. */
  appliance: { forks: true, sockets: ['unix'], links: true, ownFilter: true },
  /** The same with the loopback of its own network namespace, for the package proxy. */
  'appliance-with-network': { forks: true, sockets: ['unix', 'inet', 'inet6'], links: true, ownFilter: true },
} as const satisfies Record<string, Needs>;

export type SeccompProfile = keyof typeof needs;

const compiled = new Map<SeccompProfile, Buffer>();

export function seccompProgram(profile: SeccompProfile): Buffer {
  const program = compiled.get(profile) ?? compile(toRules(needs[profile]));
  compiled.set(profile, program);
  return program;
}
