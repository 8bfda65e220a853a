import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second (sysconf(3), _SC_CLK_TCK): 100 on every Linux that Node runs on. */
const ticks = 100;

type Process = { pid: number; parent: number; name: string; seconds: number };

/** proc(5): the name may hold spaces and brackets. */
const processes = (): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const end = text.lastIndexOf(')');
        const fields = text
          .slice(end + 2)
          .split(' ')
          .map(Number);
        const [parent, own, system, childrenOwn, childrenSystem] = [
          fields[1],
          fields[11],
          fields[12],
          fields[13],
          fields[14],
        ];
        // Of children that have ended and were waited for, too.
        const all = [own, system, childrenOwn, childrenSystem].reduce<number>((sum, each) => sum + (each ?? 0), 0);
        return [
          { pid: Number(pid), parent: parent ?? 0, name: text.slice(text.indexOf('(') + 1, end), seconds: all / ticks },
        ];
      } catch {
        return [];
      }
    });

/** Processor seconds of a process, its threads, and all that it started, so far. */
export const processorSeconds = (root: number): number => {
  const all = processes();
  const within = (pid: number): number => {
    const own = all.find((each) => each.pid === pid);
    if (!own) return 0;
    return own.seconds + all.filter(({ parent }) => parent === pid).reduce((sum, each) => sum + within(each.pid), 0);
  };
  return within(root);
};

/** Processor seconds of the process itself and its threads. */
export const ownSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? [];
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) / ticks;
};

/** The largest that it ever was, MiB. */
export const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
