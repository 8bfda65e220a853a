import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { DeliverImageInput } from '../shared/contracts/workflow.ts';
import type { DeliveryActivities } from './activities.ts';
import { failureOf } from './outcome.ts';
import { copying, ledger } from './timing.ts';

/** A published image goes to one target. Whatever becomes of it, the image stays published. */
export async function deliverImage({ order, ...timings }: DeliverImageInput): Promise<void> {
  const { deliver } = proxyActivities<DeliveryActivities>(copying(timings));
  const { failDelivery } = proxyActivities<DeliveryActivities>(ledger());
  try {
    await deliver(order);
  } catch (error) {
    const { failure } = failureOf(error, 'deliver the image again');
    await CancellationScope.nonCancellable(() => failDelivery(order, failure));
    throw error;
  }
}
