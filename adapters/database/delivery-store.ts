import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DeliveryOrder } from '../../shared/contracts/delivery.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Delivery, DeliveryStore } from '../../shared/ports/deliveries.ts';
import { makeSupersededError, openStatuses } from './attempts.ts';
import { json } from './json.ts';
import type { Database, DeliveryTable } from './schema.ts';

/** Longer than a worker tries to remove the remains at a target (`ledger` in workflows/timing.ts). */
const clearedAfter = sql`interval '25 hours'`;

function toDelivery(row: Selectable<DeliveryTable>): Delivery {
  return {
    id: row.id,
    target: row.target,
    status: row.status,
    attempts: row.attempts,
    percent: row.percent,
    worker: row.worker,
    location: row.location,
    failure: row.failure,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

/** Part of the transaction that publishes an image: its deliveries are ordered too, even if the process dies afterwards. */
export async function orderDeliveries(
  trx: Transaction<Database>,
  imageId: string,
  targets: readonly string[],
): Promise<void> {
  if (targets.length === 0) return;
  await trx
    .insertInto('deliveries')
    .values(targets.map((target) => ({ image_id: imageId, target })))
    .onConflict((conflict) => conflict.columns(['image_id', 'target']).doNothing())
    .execute();
}

export function createDeliveryStore(db: Kysely<Database>): DeliveryStore {
  const openOrders = () =>
    db
      .selectFrom('deliveries')
      .innerJoin('images', 'images.id', 'deliveries.image_id')
      .where('deliveries.status', 'in', openStatuses)
      .where('images.status', '=', 'active')
      .orderBy('deliveries.created_at')
      .limit(500)
      .select(['deliveries.id as deliveryId', 'number', 'image_id as imageId', 'project_id as projectId', 'target']);

  const updateIfHeld = async (deliveryId: string, fence: number, values: object): Promise<void> => {
    const { numUpdatedRows } = await db
      .updateTable('deliveries')
      .set(values)
      .where('id', '=', deliveryId)
      .where('fence', '=', fence)
      .where('status', '=', 'running')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw makeSupersededError('delivery');
  };

  return {
    order: async (imageId, target): Promise<DeliveryOrder> => {
      const row = await db
        .insertInto('deliveries')
        .columns(['image_id', 'target'])
        .expression((eb) =>
          eb
            .selectFrom('images')
            .where('id', '=', imageId)
            .where('status', '=', 'active')
            .select(['id', sql<string>`${target}::text`.as('target')]),
        )
        .onConflict((conflict) =>
          conflict
            .columns(['image_id', 'target'])
            .doUpdateSet({
              status: 'queued',
              number: sql`deliveries.number + 1`,
              attempts: 0,
              percent: 0,
              worker: null,
              location: null,
              failure: null,
              created_at: sql`now()`,
              started_at: null,
              finished_at: null,
              cancelled_at: null,
              was_there: sql`deliveries.was_there or deliveries.status = 'done'`,
            })
            .where('deliveries.status', 'not in', openStatuses)
            // Otherwise the clean-up of the old delivery would remove the new one's bytes too.
            .where(
              sql<boolean>`deliveries.finished_at is not null or deliveries.cancelled_at < now() - ${clearedAfter}`,
            ),
        )
        .returning(['id', 'number'])
        .returning((eb) =>
          eb.selectFrom('images').whereRef('images.id', '=', 'image_id').select('project_id').as('project_id'),
        )
        .executeTakeFirst();
      if (!row) {
        throw new BootreadyError({
          code: 'conflict',
          message: `Cannot deliver: the image is not active, or a delivery to "${target}" is running or being cancelled.`,
          remedy: '"bootready show" shows which. A running delivery is retried automatically.',
        });
      }
      return { deliveryId: row.id, number: row.number, imageId, projectId: row.project_id ?? '', target };
    },

    ofImage: async (imageId) =>
      (await db.selectFrom('deliveries').where('image_id', '=', imageId).orderBy('target').selectAll().execute()).map(
        toDelivery,
      ),

    queued: (imageId) =>
      openOrders().where('image_id', '=', imageId).where('deliveries.status', '=', 'queued').execute(),
    open: (olderThanSeconds) =>
      openOrders()
        .where('deliveries.created_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
        .execute(),

    begin: ({ deliveryId, number }, worker) =>
      db.transaction().execute(async (trx) => {
        const begun = await trx
          .updateTable('deliveries')
          .set({
            status: 'running',
            worker,
            percent: 0,
            failure: null,
            fence: sql`fence + 1`,
            attempts: sql`attempts + 1`,
            started_at: sql`coalesce(started_at, now())`,
          })
          .where('id', '=', deliveryId)
          .where('number', '=', number)
          .where('status', 'in', openStatuses)
          .returning(['fence', 'image_id', 'target'])
          .executeTakeFirst();
        if (!begun) throw makeSupersededError('delivery');
        const image = await trx
          .selectFrom('images')
          .innerJoin('publications', 'publications.image_id', 'images.id')
          .leftJoin('runs', 'runs.id', 'publications.run_id')
          .where('images.id', '=', begun.image_id)
          .where('images.status', '=', 'active')
          .select(['images.project_id', 'images.name', 'images.virtual_size', 'images.md5', 'images.sha512'])
          .select(['images.properties', 'bucket', 'key', 'format', 'publications.size', 'publications.sha256'])
          .select(['publications.run_id', 'runs.report'])
          .executeTakeFirst();
        if (!image) throw makeSupersededError('delivery');
        const { bucket, key, format, size, sha256 } = image;
        return {
          fence: Number(begun.fence),
          imageId: begun.image_id,
          target: begun.target,
          projectId: image.project_id,
          name: image.name,
          properties: image.properties,
          published: { bucket, key, format, size, sha256 },
          virtualSize: image.virtual_size ?? size,
          md5: image.md5,
          sha512: image.sha512,
          runId: image.run_id,
          report: image.report,
        };
      }),

    progress: (deliveryId, fence, percent) => updateIfHeld(deliveryId, fence, { percent }),
    attemptFailed: (deliveryId, fence, failure) => updateIfHeld(deliveryId, fence, { failure: json(failure) }),
    done: (deliveryId, fence, location) =>
      updateIfHeld(deliveryId, fence, {
        status: 'done',
        percent: 100,
        location,
        failure: null,
        finished_at: sql`now()`,
      }),

    fail: async ({ deliveryId, number }, failure) => {
      await db
        .updateTable('deliveries')
        .set({ status: 'failed', failure: json(failure), finished_at: sql`now()` })
        .where('id', '=', deliveryId)
        .where('number', '=', number)
        .where('status', 'in', openStatuses)
        .execute();
    },

    cancel: async (imageId, target) => {
      const row = await db
        .updateTable('deliveries')
        .set({
          status: 'cancelled',
          failure: null,
          cancelled_at: sql`now()`,
          // Nobody begins it any more, so that there is nothing to wait for.
          finished_at: sql`case when attempts = 0 then now() end`,
        })
        .where('image_id', '=', imageId)
        .where('target', '=', target)
        .where('status', 'in', openStatuses)
        .returning(['id', 'number'])
        .returning((eb) =>
          eb.selectFrom('images').whereRef('images.id', '=', 'image_id').select('project_id').as('project_id'),
        )
        .executeTakeFirst();
      return row && { deliveryId: row.id, number: row.number, imageId, projectId: row.project_id ?? '', target };
    },

    // Does not read the publication: with a deleted image that is gone, but the partial copy must still be removed.
    cancelled: async ({ deliveryId, number }) => {
      const row = await db
        .selectFrom('deliveries')
        .innerJoin('images', 'images.id', 'deliveries.image_id')
        .where('deliveries.id', '=', deliveryId)
        .where('number', '=', number)
        .where('deliveries.status', '=', 'cancelled')
        .where('deliveries.finished_at', 'is', null)
        .select(['images.id as imageId', 'images.project_id as projectId', 'target', 'was_there as wasThere'])
        .select(['images.disk_format as format', 'images.sha256'])
        .executeTakeFirst();
      return row && { ...row, format: row.format ?? 'raw', sha256: row.sha256 ?? '' };
    },

    cleared: async ({ deliveryId, number }, failure) => {
      await db
        .updateTable('deliveries')
        .set({ finished_at: sql`now()`, failure: failure ? json(failure) : null })
        .where('id', '=', deliveryId)
        .where('number', '=', number)
        .where('status', '=', 'cancelled')
        .execute();
    },
  };
}
