/** Writing progress more often than this helps nobody who watches. */
const progressEveryMs = 1000;

/** Answers whether it is time again: the first time, and then at most once in so many milliseconds. */
export function createThrottle(everyMs = progressEveryMs): () => boolean {
  let since = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - since < everyMs) return false;
    since = now;
    return true;
  };
}
