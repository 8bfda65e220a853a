import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second (sysconf(3), _SC_CLK_TCK): 100 on every Linux that Node runs on. */
const ticks = 100;
/** Processes are looked at this often; what one does between the last look and its end is not seen. */
const everyMs = 250;

/** What a process and all that it started used while they were watched. */
export type Usage = {
  /** Seconds of processor time, by the name of the program. */
  processor: Record<string, number>;
  /** Of the first process alone. */
  alone: number;
  /**
   * Bytes of read(2) and write(2) and their likes, files and sockets (proc(5), `rchar` and `wchar`); recv(2) and send(2) are not counted, nor programs that nobody
   * waited for.
   */
  read: number;
  written: number;
};

type Process = { pid: number; parent: number; name: string; seconds: number };

/** proc(5), `stat`; undefined: it is gone. */
function look(pid: number): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets.
    const end = text.lastIndexOf(')');
    const fields = text
      .slice(end + 2)
      .split(' ')
      .map(Number);
    const name = text.slice(text.indexOf('(') + 1, end);
    return { pid, parent: fields[1] ?? 0, name, seconds: ((fields[11] ?? 0) + (fields[12] ?? 0)) / ticks };
  } catch {
    return undefined;
  }
}

/** The process and all that descend from it. */
function tree(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(Number(name)) ?? []);
  const within = (pid: number): Process[] => [
    ...all.filter((each) => each.pid === pid),
    ...all.filter(({ parent }) => parent === pid).flatMap((each) => within(each.pid)),
  ];
  return within(root);
}

export function readBytes(pid: number): { read: number; written: number } {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8');
  const counter = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { read: counter('rchar'), written: counter('wchar') };
}

/** Watches a process and its descendants. @returns what ends it, with what they used since */
export function watchUsage(root: number): () => Usage {
  const begun = new Map(tree(root).map((each) => [each.pid, each.seconds]));
  const bytes = readBytes(root);
  const last = new Map<number, Process>();
  const sample = (): void => {
    for (const each of tree(root)) last.set(each.pid, each);
  };
  const timer = setInterval(sample, everyMs);
  return () => {
    clearInterval(timer);
    sample();
    const processor: Record<string, number> = {};
    const spent = ({ pid, seconds }: Process): number => seconds - (begun.get(pid) ?? 0);
    for (const each of last.values()) processor[each.name] = (processor[each.name] ?? 0) + spent(each);
    const [now, first] = [readBytes(root), last.get(root)];
    return {
      processor,
      alone: first ? spent(first) : 0,
      read: now.read - bytes.read,
      written: now.written - bytes.written,
    };
  };
}

/** Processor seconds of the process itself and its threads. */
export function ownSeconds(pid: number): number {
  return look(pid)?.seconds ?? 0;
}

/** The largest that it ever was, MiB. */
export function peakMiB(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
