import { explain } from '../../shared/errors.ts';
import type { DeliveryStarter, DeliveryStore } from '../../shared/ports/deliveries.ts';
import type { EventStore } from '../../shared/ports/events.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { JobQueue, Swept } from '../../shared/ports/jobs.ts';
import type { ObjectInfo } from '../../shared/ports/object-store.ts';
import type { OrderStarter, OrderStore } from '../../shared/ports/orders.ts';
import type { RunStarter } from '../../shared/ports/run-starter.ts';
import { type IntakeDeps, startForObject } from './admission.ts';

export type SweepDeps = IntakeDeps & {
  /** For runs that a worker has started once. */
  starter: RunStarter;
  events: EventStore;
  jobs: Pick<JobQueue, 'addIntake'>;
  /** Every kind of them. */
  orders: readonly { store: Pick<OrderStore, 'open'>; start: OrderStarter }[];
  deliveries: Pick<DeliveryStore, 'open'>;
  startDelivery: DeliveryStarter;
};

/** A row that is younger is on its way still. */
const graceSeconds = 15;

/**
 * Finds what no event announced, what no job settled and what has no workflow. With every event lost, every upload is still processed. With all of Temporal's
 * data lost, everything that was open starts again: Temporal refuses a second workflow with the same ID, and an attempt that begins takes over from an earlier
 * one. One object that cannot be started keeps no other from it.
 * @param leftAt by prefix, where a sweep left off at a project with very many
 */
export async function sweep(deps: SweepDeps, leftAt = new Map<string, string>()): Promise<Swept> {
  const { store, projects, images, pace, starter, events, jobs, uploadsBucket, log } = deps;
  const counts = { started: 0, restarted: 0, resent: 0 };
  const lost = await events.unsettled(graceSeconds, 1000);
  if (lost.length > 0) await jobs.addIntake(lost);
  counts.resent = lost.length;

  for (const { image, run } of await images.openRuns(graceSeconds)) {
    const { id: runId, workflowId } = run;
    const { id: imageId, projectId, name } = image;
    const start = { workflowId, imageId, runId, projectId, name };
    const isMissing = run.status === 'queued' ? (await pace.start(start)) === 'started' : await starter.start(start);
    if (!isMissing) continue;
    log.info({ image_id: imageId, run_id: runId }, 'a run whose workflow was missing was started');
    counts.restarted++;
  }
  for (const { store: kept, start } of deps.orders) {
    for (const order of await kept.open(graceSeconds)) if (await start(order)) counts.restarted++;
  }
  for (const delivery of await deps.deliveries.open(graceSeconds)) {
    if (await deps.startDelivery(delivery)) counts.restarted++;
  }

  const unknown = (listed: AsyncIterable<ObjectInfo>) => selectUnknown(listed, images);
  const prefixes = (await projects.all()).map(({ keyPrefix }) =>
    takeSome(() => store.list(uploadsBucket, keyPrefix), unknown, leftAt, keyPrefix),
  );
  for await (const listed of inRounds(prefixes)) {
    try {
      // Listings have no metadata.
      const object = await store.head(uploadsBucket, listed.key);
      if (object && (await startForObject(deps, object)).outcome === 'started') counts.started++;
    } catch (error) {
      log.warn({ key: listed.key, error: explain(error) }, 'an upload could not be started');
    }
  }
  return counts;
}

/** Uploads of each project in one round. */
const roundSize = 20;
/** Uploads of each project in one sweep. The next sweep continues behind them, whatever happened to these. */
const mostOfOne = 1000;

/** Some of each, then some more of each: a project with very many keeps no other waiting. */
export async function* inRounds<T>(all: readonly AsyncIterable<T>[], size = roundSize): AsyncGenerator<T> {
  let open = all.map((each) => each[Symbol.asyncIterator]());
  while (open.length > 0) {
    const left: typeof open = [];
    for (const items of open) {
      let isOver = false;
      for (let given = 0; given < size && !isOver; given++) {
        const next = await items.next();
        isOver = next.done === true;
        if (!next.done) yield next.value;
      }
      if (!isOver) left.push(items);
    }
    open = left;
  }
}

/** The first of them, beginning behind where it was left off the last time; keeps in `leftAt` where that is now. */
export async function* takeSome<T extends { key: string }>(
  list: () => AsyncIterable<T>,
  pick: (listed: AsyncIterable<T>) => AsyncIterable<T>,
  leftAt: Map<string, string>,
  prefix: string,
  most = mostOfOne,
): AsyncGenerator<T> {
  const after = leftAt.get(prefix);
  leftAt.delete(prefix);
  let given = 0;
  for await (const object of pick(behind(list(), after))) {
    yield object;
    if (++given < most) continue;
    leftAt.set(prefix, object.key);
    return;
  }
}

/** Listings come in the order of their keys. */
async function* behind<T extends { key: string }>(
  listed: AsyncIterable<T>,
  after: string | undefined,
): AsyncGenerator<T> {
  for await (const object of listed) if (after === undefined || object.key > after) yield object;
}

/** One query for each of these many. */
const pageSize = 500;

async function* selectUnknown(
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
