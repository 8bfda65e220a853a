/**
 * How much heavy work a process does at once: steps of a worker, lists of the API. A step takes up its task at once and waits here with heartbeats,
 * so that a busy worker is never taken for a dead one.
 *
 * Fair by project: who comes next is of the project that has the fewest slots now, and of several such the one that has waited longest since
 * its last turn; within a project it is first come, first served. A project that is alone may have all slots. So that nobody who comes then waits
 * for its steps to end, there is one slot more, which only a project that has none may take, and only while another has several. To keep a slot
 * free instead would have cost the only project of a worker half of two slots, all the time. A worker of one slot stays one that does one step at once.
 */
export type Slots = {
  use<T>(project: string, signal: AbortSignal, work: () => Promise<T>, keep?: Keep<T>): Promise<T>;
  /** Nothing more comes of it: its slot, if one is kept, is free. */
  leave(image: string): void;
  readonly count: number;
  /** May be one more than `count`, for a while. */
  readonly busy: number;
  readonly waiting: number;
};

/**
 * Whose slot it is: the next work of the same image has it at once, if it comes soon. So what is begun is ended before more is begun, and no more
 * images lie half done in scratch than there are slots.
 */
export type Keep<T> = {
  image: string;
  /** Whether there is more to come, by what came of this; of work that throws nothing is kept. */
  when?: (result: T) => boolean;
};

/** Longer than Temporal takes from one step to the next, and no more than what waits meanwhile can bear. */
const keptForMs = 5000;

type Project = { busy: number; lastTurn: number; queue: (() => void)[] };

/** @param shares counts what projects want of these slots too; without it nobody stands back */
export function createSlots(
  count: number,
  shares?: { use<T>(project: string, work: () => Promise<T>): Promise<T> },
): Slots {
  let busy = 0;
  let turns = 0;
  const projects = new Map<string, Project>();

  const ofProject = (name: string): Project => {
    const found = projects.get(name) ?? { busy: 0, lastTurn: 0, queue: [] };
    projects.set(name, found);
    return found;
  };
  const mayBegin = (project: Project): boolean =>
    busy < count || (busy === count && project.busy === 0 && [...projects.values()].some((other) => other.busy > 1));
  const begin = (project: Project): void => {
    busy++;
    project.busy++;
    project.lastTurn = ++turns;
  };
  const next = (): Project | undefined =>
    [...projects.values()]
      .filter(({ queue }) => queue.length > 0)
      .sort((a, b) => a.busy - b.busy || a.lastTurn - b.lastTurn)[0];

  const kept = new Map<string, { end: () => void; timer: NodeJS.Timeout }>();

  /** Projects come and go. */
  const forget = (name: string, project: Project): void => {
    if (project.busy === 0 && project.queue.length === 0) projects.delete(name);
  };

  const take = (name: string, project: Project, signal: AbortSignal): Promise<void> => {
    if (mayBegin(project)) {
      begin(project);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        project.queue.splice(project.queue.indexOf(turn), 1);
        forget(name, project);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      project.queue.push(turn);
    });
  };

  const give = (name: string, project: Project): void => {
    busy--;
    project.busy--;
    // Where the first of all that wait may not begin, nobody may.
    const following = next();
    if (following && mayBegin(following)) {
      begin(following);
      following.queue.shift()?.();
    }
    forget(name, project);
  };

  const keep = (image: string, name: string, project: Project): void => {
    leave(image);
    const end = (): void => give(name, project);
    kept.set(image, { end, timer: setTimeout(() => leave(image), keptForMs) });
  };
  /** @returns what ends the slot that was kept, if one was */
  const takeBack = (image: string): (() => void) | undefined => {
    const found = kept.get(image);
    clearTimeout(found?.timer);
    kept.delete(image);
    return found?.end;
  };
  const leave = (image: string): void => takeBack(image)?.();

  return {
    count,
    leave,
    get busy() {
      return busy;
    },
    get waiting() {
      return [...projects.values()].reduce((sum, { queue }) => sum + queue.length, 0);
    },
    use: (name, signal, work, keepFor) => {
      const step = async () => {
        signal.throwIfAborted();
        const project = ofProject(name);
        if (!(keepFor && takeBack(keepFor.image))) await take(name, project, signal);
        let more = false;
        try {
          const result = await work();
          more = keepFor !== undefined && (keepFor.when?.(result) ?? true);
          return result;
        } finally {
          if (more && keepFor) keep(keepFor.image, name, project);
          else give(name, project);
        }
      };
      return shares ? shares.use(name, step) : step();
    },
  };
}
