import { constants } from 'node:os';
import type { ArgumentRule, Rules } from './filter.ts';
import { callsOfTools } from './profiles.ts';
import { refusedCalls } from './refused.ts';
import type { Syscall } from './syscalls.ts';

/**
 * The filter around a whole worker in a container: deploy/seccomp/worker.json. It must allow the calls that bubblewrap needs to make the sandboxes; the default
 * filters of Docker and Podman do not. Inside a sandbox the tool's own filter forbids them again.
 */

/** How bubblewrap makes a sandbox: namespaces (`clone` and `unshare` with any flags), a root of its own, and then no capabilities. */
const forSandboxes = ['unshare', 'mount', 'umount2', 'pivot_root', 'sethostname', 'capset'] as const;

/** Node, the Temporal SDK's native part, and the container runtime, which changes to the user of the image under some settings. */
const forTheWorker = ['memfd_create', 'pidfd_open', 'pidfd_send_signal', 'setgroups', 'setgid', 'setuid'] as const;

/** AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK: bubblewrap switches on the loopback of a new network namespace by it. bits/socket.h */
const families = [1, 2, 10, 16] as const;

const allowed: readonly Syscall[] = [...callsOfTools, ...forSandboxes, ...forTheWorker];

export const containerRules: Rules & { calls: { socket: ArgumentRule } } = {
  calls: {
    ...Object.fromEntries(allowed.map((name) => [name, 'allow'])),
    socket: {
      argument: 0,
      cases: families.map((equals) => ({ equals, action: 'allow' })),
      otherwise: { errno: 'ENOSYS' },
    },
  },
  // The answer of an old kernel: programs then use another way (io_uring, clone3).
  otherwise: { errno: 'ENOSYS' },
};

/** The same as the OCI runtime specification has it (config-linux.md, "Seccomp"), which Docker and Podman both read. */
export function containerProfile() {
  const { socket, ...calls } = containerRules.calls;
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: constants.errno.ENOSYS,
    // Calls of other ABIs (32-bit, x32) kill the process.
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [
      { names: Object.keys(calls).sort(), action: 'SCMP_ACT_ALLOW' },
      // Docker before 23 does not read `defaultErrnoRet`.
      { names: refusedCalls, action: 'SCMP_ACT_ERRNO', errnoRet: constants.errno.ENOSYS },
      ...socket.cases.map(({ equals }) => ({
        names: ['socket'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: socket.argument, value: equals, op: 'SCMP_CMP_EQ' }],
      })),
    ],
  };
}
