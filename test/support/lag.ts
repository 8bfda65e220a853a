/**
 * How long the work kept the event loop of this process from anything else, in milliseconds. Only what the loop's own thread has spent on a processor
 * counts: a machine that others use holds up every loop.
 */
export async function measureLag<T>(work: () => Promise<T>): Promise<{ value: T; lag: number }> {
  let lag = 0;
  let wall = performance.now();
  let spent = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(spent);
    lag = Math.max(lag, Math.min(performance.now() - wall, (user + system) / 1000));
    wall = performance.now();
    spent = process.threadCpuUsage();
  };
  const ticking = setInterval(look, 5);
  try {
    const value = await work();
    look();
    return { value, lag };
  } finally {
    clearInterval(ticking);
  }
}
