import { type Kysely, sql } from 'kysely';
import type { Limits } from '../../shared/limits/quota.ts';
import type { OrderStore } from '../../shared/ports/orders.ts';
import { makeSupersededError, openStatuses } from './attempts.ts';
import { json } from './json.ts';
import { grant, lockQuota } from './quota.ts';
import type { Database } from './schema.ts';

/** The part that is the same for every kind of order; `updateIfHeld` writes what is of one kind, under its fence. */
export function createOrderStore(
  db: Kysely<Database>,
  /** Its columns are those of both tables. */
  table: 'repairs' | 'downloads',
  limits: Limits,
): OrderStore & { updateIfHeld(imageId: string, fence: number, values: object): Promise<void> } {
  // One table's type is used for both; the conformance tests run each of them.
  const orders = table as 'repairs';
  /** Images that nobody deletes. */
  const wanted = db.selectFrom('images').where('status', 'not in', ['pending_delete', 'deleted']).select('id');
  const updateIfHeld = async (imageId: string, fence: number, values: object): Promise<void> => {
    const { numUpdatedRows } = await db
      .updateTable(orders)
      .set(values)
      .where('image_id', '=', imageId)
      .where('fence', '=', fence)
      .where('status', '=', 'running')
      .where('image_id', 'in', wanted)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw makeSupersededError('order');
  };

  return {
    updateIfHeld,

    open: (olderThanSeconds) =>
      db
        .selectFrom(orders)
        .innerJoin('images', 'images.id', `${orders}.image_id`)
        .where(`${orders}.status`, 'in', openStatuses)
        .where(`${orders}.created_at`, '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
        .where('image_id', 'in', wanted)
        .orderBy(`${orders}.created_at`)
        .limit(500)
        .select(['image_id as imageId', 'project_id as projectId', 'name'])
        .execute(),

    begin: (imageId) =>
      db.transaction().execute(async (trx) => {
        const order = await trx
          .updateTable(orders)
          .set({ status: 'running', fence: sql`fence + 1` })
          .where('image_id', '=', imageId)
          .where('status', 'in', openStatuses)
          .where('image_id', 'in', wanted)
          .returning('fence')
          .executeTakeFirst();
        if (!order) throw makeSupersededError('order');
        await trx.updateTable('images').set({ updated_at: sql`now()` }).where('id', '=', imageId).execute();
        return { fence: Number(order.fence) };
      }),

    assertHeld: (imageId, fence) => updateIfHeld(imageId, fence, { status: 'running' }),

    reserve: (imageId, fence, needed, asked = needed) =>
      db.transaction().execute(async (trx) => {
        const mine = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('upload_etag', 'is', null)
          .where('status', 'not in', ['pending_delete', 'deleted'])
          .where(
            'id',
            'in',
            trx
              .selectFrom(orders)
              .where('image_id', '=', imageId)
              .where('fence', '=', fence)
              .where('status', '=', 'running')
              .select('image_id'),
          )
          .select(['project_id', 'held_bytes']);
        const owner = await mine.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        const image = quota && (await mine.forUpdate().executeTakeFirst());
        if (!image) throw makeSupersededError('order');
        const held = grant(quota, image.held_bytes, needed, asked);
        await trx.updateTable('images').set({ held_bytes: held }).where('id', '=', imageId).execute();
        return held;
      }),

    handedOver: (imageId, fence) => updateIfHeld(imageId, fence, { status: 'handed-over', finished_at: sql`now()` }),

    end: (imageId, failure) =>
      db.transaction().execute(async (trx) => {
        const ended = await trx
          .updateTable(orders)
          .set({
            status: failure ? 'failed' : 'cancelled',
            failure: failure ? json(failure) : null,
            finished_at: sql`now()`,
          })
          .where('image_id', '=', imageId)
          .where('status', 'in', openStatuses)
          .returning('image_id')
          .executeTakeFirst();
        if (!ended) return;
        await trx
          .updateTable('images')
          .set({ status: 'killed', held_bytes: 0, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where('upload_etag', 'is', null)
          .where('status', 'not in', ['pending_delete', 'deleted'])
          .execute();
      }),
  };
}
