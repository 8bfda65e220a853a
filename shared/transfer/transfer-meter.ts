/** Speeds are averages over this many seconds. */
const windowSeconds = 20;

export type Reading = {
  done: number;
  total: number;
  /** Bytes a second; undefined until it can be said. */
  speed: number | undefined;
  secondsLeft: number | undefined;
};

/** How far a transfer is and how fast. Times are seconds of any clock that does not jump. */
export function createTransferMeter({ total, done, now }: { total: number; done: number; now: number }) {
  /** The samples of the time over which the speed is measured; at most one entry per second. */
  const samples: { at: number; done: number }[] = [{ at: now, done }];
  let current = done;
  return {
    /** Bytes that are there by now; fewer than before when a part has to be sent again. */
    reached: (bytes: number, at: number): void => {
      current = bytes;
      const last = samples.at(-1);
      if (!last || at - last.at >= 1) samples.push({ at, done: bytes });
      while (samples.length > 2 && at - (samples[1]?.at ?? at) > windowSeconds) samples.shift();
    },
    reading: (at: number): Reading => {
      const [from] = samples;
      const seconds = from ? at - from.at : 0;
      const speed = from && seconds >= 1 ? Math.max(0, (current - from.done) / seconds) : undefined;
      return {
        done: current,
        total,
        speed,
        secondsLeft: speed ? Math.max(0, total - current) / speed : undefined,
      };
    },
  };
}
export type TransferMeter = ReturnType<typeof createTransferMeter>;
