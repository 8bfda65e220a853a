/**
 * How many heavy steps a worker does at once. A step takes up its task at once and waits here with heartbeats, so that a busy
 * worker is never taken for a dead one. First come, first served.
 */
export type Slots = {
  use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  readonly count: number;
  readonly busy: number;
  readonly waiting: number;
};

export const createSlots = (count: number): Slots => {
  let free = count;
  const waiting: (() => void)[] = [];

  const take = (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(turn);
    });
  };

  const give = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };

  return {
    count,
    get busy() {
      return count - free;
    },
    get waiting() {
      return waiting.length;
    },
    use: async (signal, work) => {
      await take(signal);
      try {
        return await work();
      } finally {
        give();
      }
    },
  };
};
