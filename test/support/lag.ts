import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long the event loop of this process was kept from anything else while the work was done, in milliseconds. */
export const lagOf = async <T>(work: () => Promise<T>): Promise<{ value: T; lag: number }> => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  try {
    const value = await work();
    return { value, lag: delay.max / 1e6 };
  } finally {
    delay.disable();
  }
};
