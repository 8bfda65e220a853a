import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignHeapBytes } from '../../shared/limits/foreign-limits.ts';
import type { FromProcess, ToProcess } from './messages.ts';

/** The folder of the product: all that the process may read. */
const root = join(import.meta.dirname, '../..');

const MiB = 1024 ** 2;
const heapMiB = foreignHeapBytes / MiB;
/**
 * The kernel's limit for all that a process holds, buffers too. A heap that grows needs its old and its new place at once: 768 MiB were too little for
 * two million short lines.
 */
const mostData = 1024 * MiB;
/** The kernel's, should nobody watch any more; the owner's limits are far below. */
const mostProcessorSeconds = 900;

export type ParserProcess = {
  tell(message: ToProcess): void;
  onMessage(listen: (message: FromProcess) => void): void;
  /** Seconds on the processor since its start; undefined when it has ended. */
  processorSeconds(): number | undefined;
  /** Empty when it has ended. */
  tasks(): { pids: number[]; threads: number[] };
  ended: Promise<{ signal: NodeJS.Signals | null; code: number | null; stderr: string }>;
  /** The owner's process may end although this one is there. */
  mayBeLeft(left: boolean): void;
  kill(): void;
};

/**
 * A process for one task and no other: no environment, no core file, bounds on memory and time set by the kernel; by Node's permissions it reads the
 * product's own files, and neither writes nor starts anything. nodejs.org/api/permissions.html, prlimit(1), setpriv(1)
 */
export function startProcess(modules: readonly string[] = []): ParserProcess {
  const child = spawn(
    'setpriv',
    [
      // The kernel ends the process with its owner: a busy one would not notice that its channel is closed. PR_SET_PDEATHSIG(2const)
      ...['--pdeathsig=KILL', '--', 'prlimit'],
      ...[`--cpu=${mostProcessorSeconds}`, `--data=${mostData}`, '--core=0', '--nofile=64', '--'],
      ...[process.execPath, '--permission', `--allow-fs-read=${root}`, `--max-old-space-size=${heapMiB}`],
      ...['--no-warnings', join(import.meta.dirname, 'process-main.ts')],
    ],
    {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      // A session of its own: where the kernel shares processors out by session, it must not have its owner's share.
      detached: true,
    },
  );
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('latin1')).slice(-4000);
  });
  const ended = new Promise<{ signal: NodeJS.Signals | null; code: number | null; stderr: string }>((resolve) => {
    child.once('error', (error) => resolve({ signal: null, code: 127, stderr: error.message }));
    // Not `exit`: by then its last messages have been read.
    child.once('close', (code, signal) => resolve({ signal, code, stderr }));
  });
  // If a message could not be sent, the end of the process reports it.
  const tell = (message: ToProcess): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  if (modules.length > 0) tell({ kind: 'load', modules });
  return {
    tell,
    onMessage: (listen) => {
      child.on('message', (message) => listen(message as FromProcess));
    },
    processorSeconds: () => processorSeconds(child),
    tasks: () => listTasks(child),
    ended,
    mayBeLeft: (left) => {
      const change = left ? 'unref' : 'ref';
      child[change]();
      child.channel?.[change]();
      (child.stderr as unknown as { ref(): void; unref(): void } | null)?.[change]();
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** USER_HZ is 100 wherever Linux runs on x86. proc_pid_stat(5), utime and stime */
function processorSeconds({ pid }: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

function listTasks({ pid }: ChildProcess): { pids: number[]; threads: number[] } {
  try {
    return pid ? { pids: [pid], threads: readdirSync(`/proc/${pid}/task`).map(Number) } : { pids: [], threads: [] };
  } catch {
    return { pids: [], threads: [] };
  }
}
