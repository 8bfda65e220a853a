import { CancellationScope, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { DeliverImageInput } from '../shared/contracts/workflow.ts';
import type { DeliveryActivities } from './activities.ts';
import { toFailureRecord } from './outcome.ts';
import { beside } from './queues.ts';
import { copying, ledger } from './timing.ts';

/** An operator stopped the workflow directly. A cancellation through the API has already ended it in Postgres. */
const stopped = {
  failure: {
    code: 'cancelled',
    message: 'The delivery was stopped in Temporal.',
    remedy: 'Deliver the image again.',
  },
};

/** A published image goes to one target. Whatever happens to it, the image stays published. */
export async function deliverImage({ order, ...timings }: DeliverImageInput): Promise<void> {
  const { deliver } = proxyActivities<DeliveryActivities>({ ...copying(timings), taskQueue: beside('deliver') });
  const { failDelivery } = proxyActivities<DeliveryActivities>(ledger());
  try {
    await deliver(order);
  } catch (error) {
    const { failure } = isCancellation(error) ? stopped : toFailureRecord(error, 'deliver the image again');
    // After a cancellation too: this removes the partial copy.
    await CancellationScope.nonCancellable(() => failDelivery(order, failure));
    throw error;
  }
}
