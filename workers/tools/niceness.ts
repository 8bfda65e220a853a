import { readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** Processes, and the threads of all of them: niceness is a thread's own. */
export type Tasks = { pids: readonly number[]; threads: readonly number[] };

/**
 * The niceness of tools whose project stands back. Each step of 1 gives about a tenth less. So such a tool gets a tenth of the time of another process on the
 * same processor, and all idle time. It is not the highest value: a tool that hardly runs would exceed its time limit, and the image would be judged by that.
 * sched(7)
 */
const nicer = 10;
const least = constants.priority.PRIORITY_LOW;

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // Gone meanwhile, or not ours to change: only the privileged may take niceness away again, and a tool then keeps it to its end.
    return undefined;
  }
}

/** e.g. `/autogroup-43610 nice 19`. */
function readGroup(pid: number | 'self'): { name: string; niceness: number } | undefined {
  const [, name, niceness] =
    /^(\S+) nice (-?\d+)/.exec(orNothing(() => readFileSync(`/proc/${pid}/autogroup`, 'latin1')) ?? '') ?? [];
  return name === undefined ? undefined : { name, niceness: Number(niceness) };
}

/**
 * Makes processes as nice as they are to be, however they were before. By thread, which is what counts within containers and units of systemd; and by session, for where
 * neither is, the kernel puts each session into a group of its own (`kernel.sched_autogroup_enabled`), and between groups only their own niceness counts. Who is
 * not privileged may change one group ten times a second, all others on the machine counted (kernel/sched/autogroup.c): call this again and again.
 */
export function setNiceness({ pids, threads }: Tasks, standsBack: boolean): void {
  const own = getPriority();
  const niceness = standsBack ? Math.min(least, own + nicer) : own;
  for (const thread of threads) {
    orNothing(() => {
      if (getPriority(thread) !== niceness) setPriority(thread, niceness);
    });
  }
  const ofGroup = standsBack ? nicer : 0;
  for (const pid of pids) {
    const group = readGroup(pid);
    // One that has not left our own group yet must not take us along.
    if (!group || group.niceness === ofGroup || group.name === readGroup('self')?.name) continue;
    orNothing(() => writeFileSync(`/proc/${pid}/autogroup`, String(ofGroup)));
  }
}
