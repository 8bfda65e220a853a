import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** The first process of a sandbox, as the host sees it. Killing it kills all processes in its pid namespace. pid_namespaces(7) */
export type SandboxInit = {
  /** Undefined until bwrap has reported it, or if bwrap ended before. */
  pid(): number | undefined;
  /** Kills the process, if it is still the one that bwrap has reported. If bwrap's report has not arrived yet, waits a moment for it. */
  kill(): Promise<void>;
  /** Resolves when it has ended, and with it all processes of its namespace: the kernel lets it end last. */
  ended(): Promise<void>;
};

/**
 * When a process started, in clock ticks since boot: with the pid it names a process for good (proc(5), fields 3 and 22). Undefined if it does not exist, or if it
 * has ended and only waits for its parent.
 */
function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

/** Between the start of bwrap and its word about the namespaces nothing of a stranger runs. */
const patienceMs = 3000;

/** Reads the output of bwrap on `--json-status-fd`: its first line comes before the program starts. bwrap(1) */
export function watchInit(status: Readable, onStart: (pid: number) => void): SandboxInit {
  let text = '';
  let found: { pid: number; start: string } | undefined;
  const told = new Promise<void>((resolve) => {
    status.on('error', () => resolve());
    status.on('close', () => resolve());
    status.on('data', (chunk: Buffer) => {
      if (found) return;
      text += chunk.toString('latin1');
      const pid = Number(/"child-pid": *(\d+)/.exec(text.split('\n', 1)[0] ?? '')?.[1]);
      const start = pid > 1 ? readStartTime(pid) : undefined;
      if (!start) return;
      found = { pid, start };
      onStart(pid);
      resolve();
    });
  });
  const isAlive = (): boolean => found !== undefined && readStartTime(found.pid) === found.start;
  return {
    pid: () => found?.pid,
    kill: async () => {
      if (!found) await Promise.race([told, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
      if (!found || !isAlive()) return;
      try {
        process.kill(found.pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    },
    ended: async () => {
      while (isAlive()) await new Promise((resolve) => setTimeout(resolve, 5).unref());
    },
  };
}
