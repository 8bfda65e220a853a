import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Who has had how much of this worker lately. A project that has had more than twice as much as another that is here now stands back: its tools get
 * less of the processors (tools/niceness.ts). Whoever is alone never stands back, and two that use alike do not either. Slots alone are not enough: they say
 * how many steps a project has, and one step keeps all processors busy as long as it likes.
 */
export type Shares = {
  /** Counts the time of the work for the project; what the work starts knows that it is the project's. */
  use<T>(project: string, work: () => Promise<T>): Promise<T>;
};

/** `used`: seconds of work, each step by itself, as it was `at` some time; half of them are forgotten in the time below. */
type Share = { used: number; working: number; at: number; lastHere: number };

const forgottenByHalfMs = 300_000;
/** Between two steps of one image a project is still here. */
const staysMs = 3000;
/** Less than this is no difference. */
const leastSeconds = 1;

const doneFor = new AsyncLocalStorage<() => boolean>();

/** Asks whether the project that this is done for stands back; keep what you get to ask again later. */
export const whetherItStandsBack = (): (() => boolean) => doneFor.getStore() ?? (() => false);

/** @param now in milliseconds */
export const createShares = (now: () => number = () => performance.now()): Shares => {
  const shares = new Map<string, Share>();

  const settle = (share: Share): Share => {
    const passed = now() - share.at;
    const kept = 2 ** (-passed / forgottenByHalfMs);
    // What has come since then is forgotten as well, from when it came.
    share.used = share.used * kept + (share.working * (1 - kept) * forgottenByHalfMs) / 1000 / Math.LN2;
    share.at += passed;
    if (share.working > 0) share.lastHere = share.at;
    return share;
  };
  const ofProject = (project: string): Share => {
    const share = shares.get(project) ?? { used: 0, working: 0, at: now(), lastHere: now() };
    shares.set(project, share);
    return settle(share);
  };
  const isHere = ({ at, lastHere }: Share): boolean => at - lastHere < staysMs;

  const standsBack = (project: string): boolean => {
    const own = ofProject(project);
    const others = [...shares.values()].filter((share) => share !== own);
    return others.some((other) => isHere(settle(other)) && own.used > 2 * other.used + leastSeconds);
  };
  /** Projects come and go. */
  const forget = (): void => {
    for (const [project, share] of shares) {
      if (!isHere(settle(share)) && share.used < leastSeconds) shares.delete(project);
    }
  };

  return {
    use: async (project, work) => {
      ofProject(project).working++;
      try {
        return await doneFor.run(() => standsBack(project), work);
      } finally {
        ofProject(project).working--;
        forget();
      }
    },
  };
};
