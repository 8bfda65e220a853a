import { Postponed } from '../../shared/postponed.ts';

/** Does the work now, or postpones it while its project has its share of the places already. */
export type InShare = <T>(project: string, work: () => Promise<T>) => Promise<T | Postponed>;

const leastMs = 500;

/**
 * So many at once of each project in this process. Who is postponed comes back after about as long as the oldest of its project has taken so far:
 * soon behind quick ones, and seldom behind those that hang.
 */
export function createShares(most: number): InShare {
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
