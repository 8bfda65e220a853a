import { BootreadyError } from '../../shared/errors.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import type { OrderStore } from '../../shared/ports/orders.ts';
import type { OrderAttempt, OrderEnd } from '../../workflows/activities.ts';
import { toFailure } from '../failures.ts';
import type { Turn } from '../scratch-room.ts';
import { inActivity, slotOnly, type TakeTurn } from './step.ts';

/** Within the ledger of an order: errors as Temporal has them. */
export function throwFailures<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw toFailure(error);
  });
}

/** How orders of every kind begin, on this worker, and end. */
export function orderLedger(
  orders: Pick<OrderStore, 'begin' | 'end'>,
  taskQueue: string,
): { begin(order: { imageId: string }): Promise<OrderAttempt>; end(end: OrderEnd): Promise<void> } {
  return {
    begin: ({ imageId }) => throwFailures(orders.begin(imageId).then(({ fence }) => ({ imageId, fence, taskQueue }))),
    end: ({ imageId, failure }) => throwFailures(orders.end(imageId, failure)),
  };
}

/** One step of an order within a Temporal activity: heartbeats, a slot, the fence; `work` knows nothing of Temporal. */
export async function orderStep<Made extends { projectId: string }>(
  orders: Pick<OrderStore, 'assertHeld'> & { get(imageId: string): Promise<Made | undefined> },
  slots: Slots,
  { imageId, fence }: OrderAttempt,
  work: (order: Made, signal: AbortSignal) => Promise<void>,
  takeTurn: TakeTurn<Made> = slotOnly,
): Promise<void> {
  await inActivity(async (signal) => {
    const asked = await orders.get(imageId);
    if (!asked) throw imageIsGone();
    const inSlot: Turn['inSlot'] = (inside) => slots.use(asked.projectId, signal, inside);
    await takeTurn(asked, { signal, inSlot, waits: () => undefined }, async (turnSignal) => {
      const order = await orders.get(imageId);
      await orders.assertHeld(imageId, fence);
      if (!order) throw imageIsGone();
      await work(order, turnSignal);
    });
  });
}

export function imageIsGone(): BootreadyError {
  return new BootreadyError({
    code: 'object-missing',
    message: 'The image or its original was removed.',
    remedy: 'Create the image again.',
  });
}
