import { explain } from '../../shared/errors.ts';
import type { DeliveryStarter, DeliveryStore } from '../../shared/ports/deliveries.ts';
import type { EventStore } from '../../shared/ports/events.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { JobQueue, Swept } from '../../shared/ports/jobs.ts';
import type { ObjectInfo } from '../../shared/ports/object-store.ts';
import type { OrderStarter, OrderStore } from '../../shared/ports/orders.ts';
import { type IntakeDeps, startForObject } from './admission.ts';

export type SweepDeps = IntakeDeps & {
  events: EventStore;
  jobs: Pick<JobQueue, 'addIntake'>;
  /** Every kind of them. */
  orders: readonly { store: Pick<OrderStore, 'unstarted'>; start: OrderStarter }[];
  deliveries: Pick<DeliveryStore, 'unstarted'>;
  startDelivery: DeliveryStarter;
};

/** A row that is younger is on its way still. */
const graceSeconds = 15;

/**
 * Finds what no event announced, what no job settled and what no workflow was started for. With every event lost, every upload
 * is still processed. One object that cannot be started keeps no other from it.
 */
export const sweep = async (deps: SweepDeps): Promise<Swept> => {
  const { store, projects, images, starter, events, jobs, uploadsBucket, log } = deps;
  const counts = { started: 0, restarted: 0, resent: 0 };
  const lost = await events.unsettled(graceSeconds, 1000);
  if (lost.length > 0) await jobs.addIntake(lost);
  counts.resent = lost.length;

  for (const { image, run } of await images.unstartedRuns(graceSeconds)) {
    const { id: runId, workflowId } = run;
    await starter.start({ workflowId, imageId: image.id, runId, projectId: image.projectId, name: image.name });
    log.info({ image_id: image.id, run_id: runId }, 'a run whose workflow was missing was started');
    counts.restarted++;
  }
  for (const { store: kept, start } of deps.orders) {
    for (const order of await kept.unstarted(graceSeconds)) {
      await start(order);
      counts.restarted++;
    }
  }
  for (const delivery of await deps.deliveries.unstarted(graceSeconds)) {
    await deps.startDelivery(delivery);
    counts.restarted++;
  }

  for (const { keyPrefix } of await projects.all()) {
    for await (const listed of unknownOf(store.list(uploadsBucket, keyPrefix), images)) {
      try {
        // Listings have no metadata.
        const object = await store.head(uploadsBucket, listed.key);
        if (object && (await startForObject(deps, object)).outcome === 'started') counts.started++;
      } catch (error) {
        log.warn({ key: listed.key, error: explain(error) }, 'an upload could not be started');
      }
    }
  }
  return counts;
};

/** One query for each of these many. */
const pageSize = 500;

async function* unknownOf(
  listed: AsyncIterable<ObjectInfo>,
  images: Pick<ImageStore, 'unknownAmong'>,
): AsyncGenerator<ObjectInfo> {
  let page: ObjectInfo[] = [];
  for await (const object of listed) {
    page.push(object);
    if (page.length < pageSize) continue;
    yield* await images.unknownAmong(page);
    page = [];
  }
  if (page.length > 0) yield* await images.unknownAmong(page);
}
