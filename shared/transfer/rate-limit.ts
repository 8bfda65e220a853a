import { pause } from './retry.ts';

/** So much may go at once after a pause: small enough that the rate is one, large enough that few waits are needed. */
const burstSeconds = 0.25;

export type RateLimit = {
  /** The most bytes at once. A sender that takes more must then wait so long that a server may give up. */
  burst: number;
  /** Waits until this many bytes may be sent. Callers wait one after the other, so all of them together keep the rate. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
};

export const noLimit: RateLimit = { burst: Number.POSITIVE_INFINITY, take: () => Promise.resolve() };

/**
 * A token bucket (RFC 2697 has its terms): it fills at the rate, up to a burst. A caller that takes more than it holds waits until the debt is paid. @param now
 * seconds of a clock that does not jump
 */
export function createRateLimit(
  bytesPerSecond: number,
  now: () => number = () => performance.now() / 1000,
  wait: typeof pause = pause,
): RateLimit {
  const burst = bytesPerSecond * burstSeconds;
  let tokens = burst;
  let filledAt = now();
  let queue: Promise<void> = Promise.resolve();

  const take = async (bytes: number, signal?: AbortSignal): Promise<void> => {
    const at = now();
    tokens = Math.min(burst, tokens + (at - filledAt) * bytesPerSecond) - bytes;
    filledAt = at;
    if (tokens < 0) await wait((-tokens / bytesPerSecond) * 1000, signal);
  };

  return {
    burst,
    take: (bytes, signal) => {
      const mine = queue.then(() => take(bytes, signal));
      queue = mine.catch(() => undefined);
      return mine;
    },
  };
}
