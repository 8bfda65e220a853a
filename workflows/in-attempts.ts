import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { OrderAttempt, OrderEnd } from './activities.ts';
import { canMove, failureOf } from './outcome.ts';
import { maximumAttempts } from './timing.ts';

/** The making of an image's bytes: one attempt, each on one worker, after the other; what comes to nothing ends with its reason. */
export const inAttempts = async (
  order: { imageId: string },
  begin: (order: { imageId: string }) => Promise<OrderAttempt>,
  end: (end: OrderEnd) => Promise<void>,
  onOneWorker: (attempt: OrderAttempt) => Promise<void>,
): Promise<void> => {
  try {
    for (let number = 1; ; number++) {
      const attempt = await begin(order);
      try {
        return await onOneWorker(attempt);
      } catch (error) {
        if (!canMove(error) || number === maximumAttempts) throw error;
      }
    }
  } catch (error) {
    const why = isCancellation(error) ? {} : { failure: failureOf(error).failure };
    await CancellationScope.nonCancellable(() => end({ ...order, ...why }));
    throw error;
  }
};
