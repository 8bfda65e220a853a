import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { BootreadyError } from '../../shared/errors.ts';

export type SandboxLimits = {
  wallSeconds: number;
  cpuSeconds: number;
  /** Address space of each process; 0: no limit, for programs that reserve far more than they use (QEMU's TCG). */
  memoryBytes: number;
  /** The largest file that may be written. */
  fileBytes: number;
  openFiles?: number;
};

export type SandboxCommand = {
  command: string;
  args: readonly string[];
  /** Path inside to path outside. */
  readOnly?: Readonly<Record<string, string>>;
  writable?: Readonly<Record<string, string>>;
  /** Device nodes, e.g. `/dev/kvm`. */
  devices?: readonly string[];
  env?: Readonly<Record<string, string>>;
  limits: SandboxLimits;
  signal?: AbortSignal;
};

export type SandboxedProcess = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Why it ended: `timedOut` and `killed` are ours. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; timedOut: boolean; killed: boolean }>;
  /** The whole process group, at once; resolves when it is gone. */
  kill(): Promise<void>;
};

const maxStdout = 4 * 1024 ** 2;
const maxStderr = 64 * 1024;

/** Where programs and their libraries are; on merged-/usr systems the short names are links. */
const system = ['/usr', '/lib', '/lib64', '/bin', '/sbin', '/etc/alternatives', '/etc/ld.so.cache'];

/**
 * Namespaces of its own: no network, no other process, and of the file system only programs and what is bound in. This is the
 * wall behind the detector: QEMU calls itself no isolation without KVM (docs/system/security.rst), and its parsers have had
 * holes (CVE-2024-4467). bwrap(1), prlimit(1).
 */
const argsOf = ({ command, args, readOnly, writable, devices, env, limits }: SandboxCommand): string[] => [
  `--cpu=${Math.ceil(limits.cpuSeconds)}`,
  `--fsize=${Math.ceil(limits.fileBytes)}`,
  `--nofile=${limits.openFiles ?? 256}`,
  '--core=0',
  ...(limits.memoryBytes > 0 ? [`--as=${limits.memoryBytes}`] : []),
  '--',
  'bwrap',
  ...['--unshare-all', '--cap-drop', 'ALL', '--die-with-parent', '--new-session', '--clearenv'],
  ...system.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
  // OFD locks are probed on /dev/null; QEMU puts snapshots into /var/tmp, whatever TMPDIR says.
  ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/var/tmp', '--tmpfs', '/run', '--chdir', '/'],
  ...(devices ?? []).flatMap((path) => ['--dev-bind', path, path]),
  ...Object.entries(readOnly ?? {}).flatMap(([inside, outside]) => ['--ro-bind', outside, inside]),
  ...Object.entries(writable ?? {}).flatMap(([inside, outside]) => ['--bind', outside, inside]),
  ...Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/tmp', ...env }).flatMap(
    ([name, value]) => ['--setenv', name, value],
  ),
  '--',
  command,
  ...args,
];

const killGroup = (child: ChildProcess): void => {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
};

/** A long-lived process with pipes. @throws BootreadyError `tool-missing` when bwrap or prlimit are not installed */
export const spawnSandboxed = (command: SandboxCommand): SandboxedProcess => {
  command.signal?.throwIfAborted();
  const child = spawn('prlimit', argsOf(command), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let timedOut = false;
  let killed = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, command.limits.wallSeconds * 1000);
  const abort = (): void => {
    killed = true;
    killGroup(child);
  };
  command.signal?.addEventListener('abort', abort, { once: true });
  child.stdin.on('error', () => undefined);
  const exited: SandboxedProcess['exited'] = new Promise((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      command.signal?.removeEventListener('abort', abort);
      resolve({ code, signal, timedOut, killed });
    };
    child.once('close', end);
    child.once('error', () => end(127, null));
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: async () => {
      abort();
      await exited;
    },
  };
};

/**
 * Runs a program to its end.
 * @throws BootreadyError `tool-failed` (with the end of stderr in its context), `tool-killed` (time, a limit, or cancelled),
 *         `tool-missing`
 */
export const runSandboxed = async (
  command: SandboxCommand & {
    stdin?: Readable;
    stdout?: Writable;
    /** Each line of stdout, ended by LF or CR. */
    onLine?: (line: string) => void;
  },
): Promise<{ stdout: string; stderr: string }> => {
  const child = spawnSandboxed(command);
  let stdout = '';
  let stderr = '';
  let line = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-maxStderr);
  });
  if (command.stdout) child.stdout.pipe(command.stdout);
  else {
    child.stdout.on('data', (chunk: Buffer) => {
      const piece = chunk.toString();
      if (stdout.length < maxStdout) stdout += piece;
      if (!command.onLine) return;
      const lines = (line + piece).split(/[\r\n]/);
      line = (lines.pop() ?? '').slice(-4096);
      for (const each of lines) command.onLine(each);
    });
  }
  if (command.stdin) command.stdin.pipe(child.stdin);
  else child.stdin.end();

  const { code, signal, timedOut, killed } = await child.exited;
  command.stdin?.destroy();
  if (code === 0 && !killed && !timedOut) return { stdout, stderr };
  throw failureOf(command, { code, signal, timedOut, killed, stderr });
};

const failureOf = (
  { command, limits }: SandboxCommand,
  end: { code: number | null; signal: NodeJS.Signals | null; timedOut: boolean; killed: boolean; stderr: string },
): BootreadyError => {
  const context = { command, ...end };
  if (end.killed) return new BootreadyError({ code: 'tool-killed', message: `${command} was cancelled.`, context });
  if (end.timedOut) {
    return new BootreadyError({
      code: 'tool-killed',
      message: `${command} did not end within ${limits.wallSeconds} seconds.`,
      remedy: 'The image may be made to keep it busy; or the worker is overloaded.',
      context,
    });
  }
  // prlimit and bwrap say so themselves when they cannot start what they are asked to.
  if (/^(bwrap|prlimit): /m.test(end.stderr) || end.code === 127) {
    return new BootreadyError({
      code: 'tool-missing',
      message: `The sandbox for ${command} cannot be made: ${end.stderr.trim().split('\n').pop() || 'bubblewrap or prlimit is missing'}.`,
      remedy:
        'Install bubblewrap, util-linux and the tool itself, and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
      retryable: true,
      context,
    });
  }
  return new BootreadyError({
    code: 'tool-failed',
    message: `${command} failed.`,
    context: { ...context, stderr: end.stderr.trim().slice(-2000) },
  });
};
