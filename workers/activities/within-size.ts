import { lstat } from 'node:fs/promises';

const everyMs = 500;

/**
 * Does work that writes one file, and ends it when the file takes more of the disk than `limit` bytes: limits of a process count holes too,
 * and a sparse file is nearly all holes. Holes cost nothing here.
 * @returns false when it was ended so; throws what the work throws else
 */
export const withinSize = async (
  path: string,
  limit: number,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> => {
  const tooLarge = new AbortController();
  const look = async (): Promise<void> => {
    const file = await lstat(path).catch(() => undefined);
    // A filesystem may set room aside behind the end of a file that grows (XFS).
    if (file && Math.min(file.blocks * 512, file.size) > limit) tooLarge.abort();
  };
  const timer = setInterval(() => void look(), everyMs);
  try {
    await work(AbortSignal.any([signal, tooLarge.signal]));
    await look();
  } catch (error) {
    if (!tooLarge.signal.aborted || signal.aborted) throw error;
  } finally {
    clearInterval(timer);
  }
  return !tooLarge.signal.aborted;
};
