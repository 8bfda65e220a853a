import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { BootreadyError, explain } from '../../shared/errors.ts';
import { whetherItStandsBack } from '../shares.ts';
import { setNiceness } from './niceness.ts';
import { commandLine, descriptors, inMemory, mostTasks, namespaceArgs } from './sandbox-args.ts';
import { type Cgroup, ownCgroups } from './sandbox-cgroups.ts';
import type { SandboxCommand, SandboxLimits } from './sandbox-command.ts';
import { watchInit } from './sandbox-init.ts';
import { type Excess, excessIn, type WatchLimits, watchSandbox } from './sandbox-watch.ts';
import { seccompProgram } from './seccomp/profiles.ts';

export type { SandboxCommand, SandboxLimits };

export type SandboxEnd = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Its time was over, or a process still held its pipes long after its end: its output may be incomplete. */
  timedOut: boolean;
  /** By `kill` or the signal. */
  killed: boolean;
  /** It had more than it may have, and was killed. */
  excess: Excess | undefined;
};

export type SandboxedProcess = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Never later than some seconds after it was killed, whatever still holds its pipes. */
  exited: Promise<SandboxEnd>;
  /** Kills all its processes at once; resolves when they have ended. */
  kill(): Promise<void>;
};

const maxStdout = 4 * 1024 ** 2;
const maxStderr = 64 * 1024;
const MiB = 1024 ** 2;

/** Files in the writable folders together; the tools write a handful. */
const mostFiles = 1000;
/** How long pipes may stay open after the end of the program, because their reader may be slow. */
const drainMs = 60_000;
/** How long a killed program may take to end. */
const dyingMs = 10_000;

function watchLimits(command: SandboxCommand): WatchLimits {
  const { limits } = command;
  return {
    tasks: mostTasks(command),
    residentBytes: limits.residentBytes ?? (limits.memoryBytes || 1024 * MiB),
    folderBytes: limits.folderBytes ?? limits.fileBytes + 64 * MiB,
    folderFiles: mostFiles,
  };
}

/** prlimit and bwrap outside of it, and the first process that bwrap keeps inside. */
const tasksAround = 8;
/** Page tables, buffers of sockets, and the cache of the files that it has in use. */
const memoryAround = 256 * MiB;

function makeCgroup({ command }: SandboxCommand, { tasks, residentBytes }: WatchLimits): Cgroup | undefined {
  const inFolders = Object.values(inMemory).reduce((sum, size) => sum + size, 0);
  try {
    return ownCgroups()?.make({
      tasks: tasks + tasksAround,
      memoryBytes: residentBytes + inFolders + memoryAround,
    });
  } catch (cause) {
    throw new BootreadyError({
      code: 'tool-missing',
      message: `The kernel refuses a control group for ${command}: ${explain(cause)}.`,
      remedy: 'Restart the worker. If this comes again, remove Delegate= from its unit and report it.',
      retryable: true,
      cause,
    });
  }
}

/** A shell joins the group and becomes the program: so nothing of it ever runs outside. */
const joinAndBecome = 'echo 0 >"$0" || { echo "bwrap: its control group is gone" >&2; exit 126; }; exec "$@"';

function joinGroup(cgroup: Cgroup | undefined): string[] {
  return cgroup ? ['/bin/sh', '-c', joinAndBecome, cgroup.procs] : [];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Those who are not in the sandbox yet: prlimit and bwrap itself. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/**
 * Starts a long-lived process with pipes. It gets none of our environment.
 * @throws BootreadyError `tool-missing` when bwrap or prlimit are not installed
 */
export function spawnSandboxed(command: SandboxCommand): SandboxedProcess {
  command.signal?.throwIfAborted();
  const bounds = watchLimits(command);
  const cgroup = makeCgroup(command, bounds);
  const child = spawn('prlimit', commandLine(command, joinGroup(cgroup)), {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: [command.from ?? 'pipe', command.into ?? 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // From now on only the two processes hold the pipe: if the reader ends, the kernel tells the writer.
  command.from?.destroy();
  const standsBack = command.keepsTime ? () => false : whetherItStandsBack();
  if (child.pid && standsBack()) setNiceness({ pids: [child.pid], threads: [child.pid] }, true);
  const pipe = (number: number): Writable & Readable => child.stdio[number] as unknown as Writable & Readable;
  // Where another process or a file is at the other end, nothing is to be written or read here.
  const stdin = child.stdin ?? new PassThrough().resume();
  const stdout = child.stdout ?? Readable.from([]);
  const stderr = pipe(2);
  for (const each of [stdin, pipe(descriptors.args), pipe(descriptors.seccomp)]) each.on('error', () => undefined);
  pipe(descriptors.args).end(
    namespaceArgs(command)
      .map((each) => `${each}\0`)
      .join(''),
  );
  pipe(descriptors.seccomp).end(seccompProgram(command.profile));

  const end: SandboxEnd = { code: null, signal: null, timedOut: false, killed: false, excess: undefined };
  let stopWatching = (): void => undefined;
  const folders = Object.values(command.writable ?? {}).filter(isFolder);
  const init = watchInit(pipe(descriptors.status), (pid) => {
    stopWatching = watchSandbox(pid, folders, bounds, {
      stopped: () => cgroup?.excess(),
      onLook: (tasks) => setNiceness(tasks, standsBack()),
      onExcess: (excess) => {
        end.excess = excess;
        void killAll();
      },
    });
  });
  let hasExited = false;
  let isGiven = false;
  let give = (): void => undefined;
  const lookOnceMore = async (): Promise<void> => {
    end.excess ??= cgroup?.excess() ?? (await excessIn(folders, bounds));
  };
  const giveUp = (): void => {
    if (isGiven) return;
    end.timedOut = true;
    for (const each of [stdin, stdout, stderr, pipe(descriptors.status)]) each.destroy();
    give();
  };
  // The first process of the namespace first: bwrap outside of it is its parent, and keeps its number from being used again.
  const killAll = async (): Promise<void> => {
    setTimeout(giveUp, dyingMs).unref();
    cgroup?.kill();
    await init.kill();
    if (!hasExited) killGroup(child);
  };
  const timer = setTimeout(() => {
    end.timedOut = true;
    void killAll();
  }, command.limits.wallSeconds * 1000);
  const abort = (): void => {
    end.killed = true;
    void killAll();
  };
  command.signal?.addEventListener('abort', abort, { once: true });
  const exited = new Promise<SandboxEnd>((resolve) => {
    give = () => {
      isGiven = true;
      clearTimeout(timer);
      stopWatching();
      cgroup?.remove();
      command.signal?.removeEventListener('abort', abort);
      resolve(end);
    };
    const noteExit = (code: number | null, signal: NodeJS.Signals | null): void => {
      hasExited = true;
      end.code = code;
      end.signal = signal;
    };
    child.once('exit', (code, signal) => {
      noteExit(code, signal);
      // bwrap may have been killed alone.
      void init.kill();
      setTimeout(giveUp, drainMs).unref();
    });
    // bwrap outside of the namespace may be gone while a large process inside is still dying.
    child.once('close', () => void init.ended().then(lookOnceMore).finally(give));
    child.once('error', () => {
      noteExit(127, null);
      give();
    });
  });
  return {
    stdin,
    stdout,
    stderr,
    exited,
    kill: async () => {
      if (!hasExited) abort();
      await exited;
    },
  };
}

/**
 * Runs a program to its end.
 * @throws BootreadyError `tool-failed` (with the end of stderr in its context), `tool-killed` (time, a limit, or cancelled),
 *         `tool-missing`
 */
export async function runSandboxed(
  command: SandboxCommand & {
    stdin?: Readable;
    stdout?: Writable;
    /** Each line of stdout, ended by LF or CR. */
    onLine?: (line: string) => void;
  },
): Promise<{ stdout: string; stderr: string }> {
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

  const end = await child.exited;
  command.stdin?.destroy();
  if (end.code === 0 && !end.killed && !end.timedOut && !end.excess) return { stdout, stderr };
  throw toToolError(command, { ...end, stderr });
}

/** Why a program did not do what it was to do. */
export function toToolError(
  { command, limits }: { command: string; limits: Pick<SandboxLimits, 'wallSeconds'> },
  end: SandboxEnd & { stderr: string },
): BootreadyError {
  const context = { command, ...end };
  if (end.killed) return new BootreadyError({ code: 'tool-killed', message: `${command} was cancelled.`, context });
  if (end.excess) {
    return new BootreadyError({
      code: 'tool-killed',
      message: `${command} was stopped: it used more ${excessWords[end.excess]} than allowed.`,
      remedy: 'The image may be designed to exhaust the worker.',
      context,
    });
  }
  if (end.timedOut) {
    return new BootreadyError({
      code: 'tool-killed',
      message: `${command} did not end within ${limits.wallSeconds} seconds.`,
      remedy: 'The image may be designed to keep it busy, or the worker is overloaded.',
      context,
    });
  }
  // prlimit and bwrap print it themselves when they cannot start the program.
  if (/^(bwrap|prlimit): /m.test(end.stderr) || end.code === 127) {
    return new BootreadyError({
      code: 'tool-missing',
      message: `The sandbox for ${command} cannot be created: ${end.stderr.trim().split('\n').pop() || 'bubblewrap or prlimit is missing'}.`,
      remedy:
        'Install bubblewrap, util-linux and the tool itself, and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
      retryable: true,
      context,
    });
  }
  const forbidden = end.code === 128 + constants.signals.SIGSYS;
  return new BootreadyError({
    code: 'tool-failed',
    message: forbidden ? `${command} was killed: it made a system call that no tool needs.` : `${command} failed.`,
    ...(forbidden ? { remedy: 'The image may have taken control of the tool. Do not use the image.' } : {}),
    context: { ...context, stderr: end.stderr.trim().slice(-2000) },
  });
}

const excessWords: Record<Excess, string> = {
  tasks: 'processes',
  memory: 'memory',
  disk: 'space on the disk',
  files: 'files',
};
