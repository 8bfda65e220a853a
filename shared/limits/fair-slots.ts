/**
 * Limits the heavy work that a process does at once: steps of a worker, lists of the API. A step starts its task at once and waits here with heartbeats, so
 * nobody mistakes a busy worker for a dead one.
 * The slots are fair by project. The next slot goes to the project that has the fewest slots now. Among several such projects it goes to the one whose last
 * turn is longest ago. Within a project, first come, first served. A project that is alone may have all slots. A newcomer need not wait for the end of its
 * steps: there is one extra slot, which only a project without any slot may take, and only while another project has several. A permanently free slot would be
 * worse: it would cost the only project of a worker half of two slots, all the time. A worker with one slot still does one step at once.
 */
export type Slots = {
  use<T>(project: string, signal: AbortSignal, work: () => Promise<T>, keep?: Keep<T>): Promise<T>;
  /** No more work follows for this image: frees its slot, if one is kept. */
  leave(image: string): void;
  readonly count: number;
  /** May be one more than `count`, for a while. */
  readonly busy: number;
  readonly waiting: number;
};

/**
 * The image that keeps its slot: its next work gets the slot at once, if it comes soon. So a process finishes an image before it starts more, and scratch holds
 * no more unfinished images than there are slots.
 */
type Keep<T> = {
  image: string;
  /** Decides from the result whether more work follows. If the work throws, no slot is kept. */
  when?: (result: T) => boolean;
};

/** Longer than Temporal needs between two steps, but short enough for the work that waits meanwhile. */
const keptForMs = 5000;

type Project = { busy: number; lastTurn: number; queue: (() => void)[] };

/** @param shares counts the demand of the projects for these slots too; without it no project stands back */
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
