import { Postponed } from '../../shared/ports/postponed.ts';

/** Does the work now, or postpones it while its project has its share of the places already. */
export type InShare = <T>(project: string, work: () => Promise<T>) => Promise<T | Postponed>;

const leastMs = 500;

/**
 * Limits the jobs of each project that run at once in this process. A postponed job comes back after about the time that the oldest job of its project has
 * taken so far: soon behind quick jobs, and seldom behind jobs that hang.
 */
export function limitJobsPerProject(most: number): InShare {
  const begunOf = new Map<string, Set<{ at: number }>>();
  return async (project, work) => {
    const begun = begunOf.get(project) ?? new Set();
    if (begun.size >= most) {
      const oldest = Math.min(...[...begun].map(({ at }) => at));
      // Not all of them at the same moment.
      return new Postponed(Math.max(leastMs, Date.now() - oldest) * (0.5 + Math.random()));
    }
    const own = { at: Date.now() };
    begunOf.set(project, begun.add(own));
    try {
      return await work();
    } finally {
      begun.delete(own);
      if (begun.size === 0) begunOf.delete(project);
    }
  };
}
