import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { RepairImageInput } from '../shared/contracts/workflow.ts';
import type { OrderAttempt, RepairActivities, RepairLedger } from './activities.ts';
import { inAttempts } from './in-attempts.ts';
import { workerIsLost } from './outcome.ts';
import { beside } from './queues.ts';
import { bulk, ledger, tidy, turn } from './timing.ts';

/** From the disk of one image to the upload of another; from there the new image goes the way of every upload. */
export async function repairImage(input: RepairImageInput): Promise<void> {
  const { beginRepair } = proxyActivities<RepairLedger>({ ...turn(), taskQueue: beside('begin') });
  const { endRepair } = proxyActivities<RepairLedger>(ledger());
  await inAttempts({ imageId: input.imageId }, beginRepair, endRepair, repairOnOneWorker);

  async function repairOnOneWorker(attempt: OrderAttempt): Promise<void> {
    const here = { taskQueue: attempt.taskQueue };
    const { mend, handOver } = proxyActivities<RepairActivities>({ ...bulk(input), ...here });
    const { discardRepair } = proxyActivities<RepairActivities>({ ...tidy(input), ...here });
    let lost = false;
    try {
      await mend(attempt);
      await handOver(attempt);
    } catch (error) {
      lost = workerIsLost(error);
      throw error;
    } finally {
      if (!lost) await CancellationScope.nonCancellable(() => discardRepair(attempt)).catch(() => undefined);
    }
  }
}
