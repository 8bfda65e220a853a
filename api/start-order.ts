import type { FastifyBaseLogger } from 'fastify';
import { explain, isBootreadyError } from '../shared/errors.ts';
import type { Order, OrderStarter } from '../shared/ports/orders.ts';

/** Starts an order that is in Postgres. If Temporal does not answer, the sweep starts it. */
export async function startOrder(start: OrderStarter, order: Order, log: FastifyBaseLogger): Promise<void> {
  const { imageId, projectId, name } = order;
  try {
    await start({ imageId, projectId, name });
  } catch (error) {
    if (!isBootreadyError(error) || !error.retryable) throw error;
    log.warn({ error: explain(error), imageId }, 'an order waits for Temporal');
  }
}
