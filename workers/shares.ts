import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Counts how much of this worker each project wants now. A project stands back while it has more steps here, working or waiting, than another project that has
 * some: its tools get less of the processors (tools/niceness.ts). So a project with little work is soon done, and a project that is alone never stands back.
 * Slots alone are not enough: they limit the steps of a project, but one step can keep all processors busy. Past use does not count: after ten images in the
 * last minutes, a project gets its eleventh as soon as a project that had none.
 */
export type Shares = {
  /** Counts a step of the project until it has ended; what the step starts knows that it is the project's. */
  use<T>(project: string, step: () => Promise<T>): Promise<T>;
};

const doneFor = new AsyncLocalStorage<() => boolean>();

/** Returns a function that says whether the project of the current work stands back; keep it to ask again later. */
export function whetherItStandsBack(): () => boolean {
  return doneFor.getStore() ?? (() => false);
}

export function createShares(): Shares {
  const steps = new Map<string, number>();
  const count = (project: string, more: number): void => {
    const now = (steps.get(project) ?? 0) + more;
    if (now > 0) steps.set(project, now);
    else steps.delete(project);
  };
  const standsBack = (project: string): boolean => {
    const own = steps.get(project) ?? 0;
    return [...steps.values()].some((others) => others < own);
  };
  return {
    use: async (project, step) => {
      count(project, 1);
      try {
        return await doneFor.run(() => standsBack(project), step);
      } finally {
        count(project, -1);
      }
    },
  };
}
