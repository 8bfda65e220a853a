import { Queue } from 'bullmq';
import { toConnection } from '../../adapters/queues/connection.ts';
import { queueNames } from '../../shared/contracts/jobs.ts';
import { eventually } from './eventually.ts';
import type { Installation } from './installation.ts';

type Home = Pick<Installation, 'env'>;

async function withQueue(home: Home, work: (queue: Queue) => Promise<unknown>): Promise<void> {
  const queue = new Queue(queueNames.housekeeping, {
    connection: toConnection({ REDIS_URL: home.env.REDIS_URL ?? '' }),
  });
  try {
    await work(queue);
  } finally {
    await queue.close();
  }
}

/**
 * Waits until the sweep that a start begins with is over: it could find an upload before its notification is heard, and start its run.
 * To be asked right after the start, for only the last jobs are remembered.
 */
export function firstSweep(home: Home): Promise<void> {
  return withQueue(home, (queue) => {
    const swept = async () => (await queue.getJobs(['completed'])).some(({ name }) => name === 'sweep');
    return eventually(swept, { within: 60, what: 'the first sweep is over' });
  });
}

/** What is done meanwhile is seen as it was left: nobody looks at sources, sweeps or relays. */
export function withoutHousekeeping(home: Home, work: () => Promise<void>): Promise<void> {
  return withQueue(home, async (queue) => {
    await queue.pause();
    try {
      const isIdle = async () => (await queue.getActiveCount()) === 0;
      await eventually(isIdle, { within: 60, what: 'no housekeeping is under way' });
      await work();
    } finally {
      await queue.resume();
    }
  });
}
