import { Queue } from 'bullmq';
import { connectionOf } from '../../adapters/queues/connection.ts';
import { queueNames } from '../../shared/contracts/jobs.ts';
import { eventually } from './eventually.ts';
import type { Installation } from './installation.ts';

/**
 * Waits until the sweep that a start begins with is over: it could find an upload before its notification is heard, and start its run.
 * To be asked right after the start, for only the last jobs are remembered.
 */
export const firstSweep = async ({ env }: Pick<Installation, 'env'>): Promise<void> => {
  const housekeeping = new Queue(queueNames.housekeeping, { connection: connectionOf(env.REDIS_URL ?? '') });
  try {
    const swept = async () => (await housekeeping.getJobs(['completed'])).some(({ name }) => name === 'sweep');
    await eventually(swept, { within: 60, what: 'the first sweep is over' });
  } finally {
    await housekeeping.close();
  }
};
