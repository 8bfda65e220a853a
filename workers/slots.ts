/**
 * How many heavy steps a worker does at once. A step takes up its task at once and waits here with heartbeats, so that a busy
 * worker is never taken for a dead one.
 *
 * Fair by project: who comes next is of the project that has the fewest slots now, and of several such the one that has waited longest since
 * its last turn; within a project it is first come, first served. So a project may have all slots while nobody else waits, and whoever
 * comes then waits for the end of one step, however many of the others stand in the queue.
 */
export type Slots = {
  use<T>(project: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  readonly count: number;
  readonly busy: number;
  readonly waiting: number;
};

type Project = { busy: number; lastTurn: number; queue: (() => void)[] };

export const createSlots = (count: number): Slots => {
  let free = count;
  let turns = 0;
  const projects = new Map<string, Project>();

  const ofProject = (name: string): Project => {
    const found = projects.get(name) ?? { busy: 0, lastTurn: 0, queue: [] };
    projects.set(name, found);
    return found;
  };
  const begin = (project: Project): void => {
    project.busy++;
    project.lastTurn = ++turns;
  };
  const next = (): Project | undefined =>
    [...projects.values()]
      .filter(({ queue }) => queue.length > 0)
      .sort((a, b) => a.busy - b.busy || a.lastTurn - b.lastTurn)[0];

  const take = (project: Project, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
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
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      project.queue.push(turn);
    });
  };

  const give = (name: string, project: Project): void => {
    project.busy--;
    const following = next();
    if (following) {
      begin(following);
      following.queue.shift()?.();
    } else free++;
    // Whoever has nothing here is forgotten: projects come and go.
    if (project.busy === 0 && project.queue.length === 0) projects.delete(name);
  };

  return {
    count,
    get busy() {
      return count - free;
    },
    get waiting() {
      return [...projects.values()].reduce((sum, { queue }) => sum + queue.length, 0);
    },
    use: async (name, signal, work) => {
      const project = ofProject(name);
      await take(project, signal);
      try {
        return await work();
      } finally {
        give(name, project);
      }
    },
  };
};
