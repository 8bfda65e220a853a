export type Patience = {
  attempts: number;
  /** Milliseconds before the second attempt; doubled each time. */
  first: number;
  most: number;
};

/** Milliseconds before the next attempt, spread so that many clients do not come back in step. `spread` is 0 to 1. */
export function backoff(attempt: number, { first, most }: Omit<Patience, 'attempts'>, spread = Math.random()): number {
  return Math.min(most, first * 2 ** (attempt - 1)) * (0.75 + spread / 2);
}

/** Anyone who dispatches this to what is given as `hurry` ends the pauses there: there is no more to wait for. */
export const hurryEvent = 'hurry';

/** Rejects with the signal's reason when it is aborted meanwhile. */
export function pause(milliseconds: number, signal?: AbortSignal, hurry?: EventTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const settle = (end: () => void) => (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      hurry?.removeEventListener(hurryEvent, done);
      end();
    };
    const abort = settle(() => reject(signal?.reason));
    const done = settle(resolve);
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', abort);
    hurry?.addEventListener(hurryEvent, done);
  });
}

/** Calls again while `mayPass` says that the error may pass by itself; throws the last error. */
export async function withRetries<T>(
  work: (attempt: number) => Promise<T>,
  options: Patience & {
    mayPass: (error: unknown) => boolean;
    signal?: AbortSignal | undefined;
    hurry?: EventTarget | undefined;
    /** The delay that the other side requests, in milliseconds. */
    askedFor?: (error: unknown) => number | undefined;
    /** Hears why it waits. */
    onPause?: (error: unknown) => void;
  },
): Promise<T> {
  const { attempts, mayPass, signal, hurry, askedFor, onPause } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= attempts || !mayPass(error)) throw error;
      onPause?.(error);
      await pause(Math.min(askedFor?.(error) ?? backoff(attempt, options), options.most), signal, hurry);
    }
  }
}
