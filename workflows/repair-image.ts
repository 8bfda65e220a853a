import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { RepairImageInput } from '../shared/contracts/workflow.ts';
import type { RepairActivities, RepairAttempt, RepairLedger } from './activities.ts';
import { canMove, failureOf, workerIsLost } from './outcome.ts';
import { bulk, ledger, maximumAttempts, tidy } from './timing.ts';

/** From the disk of one image to the upload of another; from there the new image goes the way of every upload. */
export async function repairImage(input: RepairImageInput): Promise<void> {
  const repair = { imageId: input.imageId };
  const { beginRepair, endRepair } = proxyActivities<RepairLedger>(ledger());
  try {
    for (let number = 1; ; number++) {
      const attempt = await beginRepair(repair);
      try {
        return await repairOnOneWorker(attempt);
      } catch (error) {
        if (!canMove(error) || number === maximumAttempts) throw error;
      }
    }
  } catch (error) {
    const end = isCancellation(error) ? {} : { failure: failureOf(error).failure };
    await CancellationScope.nonCancellable(() => endRepair({ ...repair, ...end }));
    throw error;
  }

  async function repairOnOneWorker(attempt: RepairAttempt): Promise<void> {
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
