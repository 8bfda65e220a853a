import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The kernel's own limits for all processes of a sandbox together, for a worker that has a part of the tree of control groups (version 2) to itself: a systemd unit
 * with `Delegate=memory pids`, or a container whose tree is writable. cgroups(7), Linux Documentation/admin-guide/cgroup-v2.rst
 */
export type Cgroups = {
  /** @throws when the kernel refuses: the tool must not start without its limits */
  make(limits: CgroupLimits): Cgroup;
};

type CgroupLimits = {
  /** Processes and threads. */
  tasks: number;
  /** Bytes, with what they keep in folders in memory. The kernel counts cached files as well, but frees them before it kills anybody. */
  memoryBytes: number;
};

/** The group of one sandbox. */
export type Cgroup = {
  /** A process that writes `0` into this file belongs to the group, and so does everything that it starts. */
  procs: string;
  /** Kills all of its processes at once, whatever they do. Before Linux 5.14 this does nothing. */
  kill(): void;
  /** The limit at which the kernel has stopped somebody. */
  excess(): 'tasks' | 'memory' | undefined;
  /** When all have ended. */
  remove(): void;
};

const needed = ['memory', 'pids'];
const ownLeaf = 'worker';
const leafPrefix = 'sandbox-';

function readText(path: string): string {
  return readFileSync(path, 'utf8').trim();
}
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The folder of this process's own group; undefined without version 2. proc_pid_mountinfo(5) */
export function findOwnGroup(
  cgroup = readText('/proc/self/cgroup'),
  mountinfo = readText('/proc/self/mountinfo'),
): string | undefined {
  const path = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  if (path === undefined) return undefined;
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root, point] = mount.split(' ');
    if (!source.startsWith('cgroup2 ') || !root || !point) continue;
    const below = relative(root, path);
    // Outside of what is mounted here.
    if (!below.startsWith('..')) return join(point, below);
  }
  return undefined;
}

/**
 * Takes over the group of this process. The kernel allows limits only for groups of a group without processes of its own, so this process moves into a group
 * below. This happens only if it is alone there: another process in the same group means that the group is not the worker's.
 * @returns undefined where the host gives no such group
 */
export function openCgroups(group: string | undefined = orNothing(findOwnGroup)): Cgroups | undefined {
  if (group === undefined) return undefined;
  const write = (name: string, value: string): void => writeFileSync(join(group, name), value);
  const own = String(process.pid);
  const move = (): boolean => {
    const there = new Set(readText(join(group, 'cgroup.controllers')).split(' '));
    if (!needed.every((name) => there.has(name)) || readText(join(group, 'cgroup.procs')) !== own) return false;
    mkdirSync(join(group, ownLeaf), { recursive: true });
    write(`${ownLeaf}/cgroup.procs`, own);
    try {
      write('cgroup.subtree_control', needed.map((name) => `+${name}`).join(' '));
      return true;
    } catch (error) {
      write('cgroup.procs', own);
      throw error;
    }
  };
  if (!orNothing(move)) return undefined;

  const used = new Set<string>();
  /** Those of a process that ended before its sandboxes, and those that could not be removed yet. */
  const removeLeft = (): void => {
    const left = readdirSync(group).filter((name) => name.startsWith(leafPrefix) && !used.has(name));
    for (const name of left) orNothing(() => rmdirSync(join(group, name)));
  };
  let number = 0;

  return {
    make: ({ tasks, memoryBytes }) => {
      removeLeft();
      const name = `${leafPrefix}${process.pid}-${++number}`;
      const leaf = join(group, name);
      mkdirSync(leaf);
      used.add(name);
      const read = (file: string): string => orNothing(() => readText(join(leaf, file))) ?? '';
      const countEvents = (file: string, event: string): number => {
        const line = read(file)
          .split('\n')
          .find((each) => each.startsWith(`${event} `));
        return Number(line?.slice(event.length) ?? 0);
      };
      const set = (file: string, value: string | number): void => writeFileSync(join(leaf, file), String(value));
      const remove = (): void => {
        used.delete(name);
        orNothing(() => rmdirSync(leaf));
      };
      try {
        set('pids.max', tasks);
        set('memory.max', memoryBytes);
        // All of it or nothing: a tool of which one process is gone is of no use.
        set('memory.oom.group', 1);
        // Not there on a host without swap.
        orNothing(() => set('memory.swap.max', 0));
      } catch (error) {
        remove();
        throw error;
      }
      return {
        procs: join(leaf, 'cgroup.procs'),
        kill: () => void orNothing(() => set('cgroup.kill', 1)),
        excess: () => {
          if (countEvents('memory.events', 'oom_kill') > 0) return 'memory';
          return countEvents('pids.events', 'max') > 0 ? 'tasks' : undefined;
        },
        remove,
      };
    },
  };
}

let opened: { cgroups: Cgroups | undefined } | undefined;

/** Those of this process; searched once. */
export function ownCgroups(): Cgroups | undefined {
  opened ??= { cgroups: openCgroups() };
  return opened.cgroups;
}
