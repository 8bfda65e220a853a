import { proxyActivities } from '@temporalio/workflow';
import type { RepairImageInput } from '../shared/contracts/workflow.ts';
import type { OrderAttempt, RepairActivities, RepairLedger } from './activities.ts';
import { inAttempts, orFail, withScratch } from './in-attempts.ts';
import { beside } from './queues.ts';
import { bulk, ledger, tidy, turn } from './timing.ts';

/** From the disk of one image to the upload of another; from there the new image goes the way of every upload. */
export async function repairImage(input: RepairImageInput): Promise<void> {
  const image = { imageId: input.imageId };
  const { beginRepair } = proxyActivities<RepairLedger>({ ...turn(), taskQueue: beside('begin') });
  const { endRepair } = proxyActivities<RepairLedger>(ledger());
  await orFail(
    () => inAttempts(() => beginRepair(image), repairOnOneWorker),
    (how) => endRepair({ ...image, ...(how.status === 'failed' && { failure: how.failure }) }),
  );

  async function repairOnOneWorker(attempt: OrderAttempt): Promise<void> {
    const here = { taskQueue: attempt.taskQueue };
    const { mend, handOver } = proxyActivities<RepairActivities>({ ...bulk(input), ...here });
    const { discardRepair } = proxyActivities<RepairActivities>({ ...tidy(input), ...here });
    await withScratch(
      async () => {
        await mend(attempt);
        await handOver(attempt);
      },
      () => discardRepair(attempt),
    );
  }
}
