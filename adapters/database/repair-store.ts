import { type Kysely, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import type { RepairStore } from '../../shared/ports/repairs.ts';
import { type Limits, unlimited } from '../../shared/quota.ts';
import { imageOf } from './image-store.ts';
import { takeRoom } from './quota.ts';
import type { Database } from './schema.ts';

const superseded = (): BootreadyError =>
  new BootreadyError({
    code: 'superseded',
    message: 'A newer attempt works on this repair, or the repair has ended.',
    remedy: 'Nothing is to be done: the newer attempt goes on.',
  });

const json = (value: unknown): never => JSON.stringify(value) as never;
const open = ['queued', 'running'] as const;

/** @param limits of projects that have none of their own */
export const createRepairStore = (db: Kysely<Database>, limits: Limits = unlimited): RepairStore => {
  /** Images that nobody deletes. */
  const wanted = db.selectFrom('images').where('status', 'not in', ['pending_delete', 'deleted']).select('id');
  const heldUpdate = async (imageId: string, fence: number, values: object): Promise<void> => {
    const { numUpdatedRows } = await db
      .updateTable('repairs')
      .set(values)
      .where('image_id', '=', imageId)
      .where('fence', '=', fence)
      .where('status', '=', 'running')
      .where('image_id', 'in', wanted)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw superseded();
  };

  return {
    create: ({ parent, name, settings, bucket, remedies, before, guest }) =>
      db.transaction().execute(async (trx) => {
        // The new one is about as large as the old one; what it really is, it says before it is stored.
        const { size } = await trx
          .selectFrom('images')
          .where('id', '=', parent.id)
          .select(({ fn }) => fn.coalesce('size', 'upload_size', sql<number>`1`).as('size'))
          .executeTakeFirstOrThrow();
        await takeRoom(trx, limits, parent.projectId, { images: 1, uploads: 1, bytes: size });
        const id = crypto.randomUUID();
        const { key_prefix } = await trx
          .selectFrom('projects')
          .where('id', '=', parent.projectId)
          .select('key_prefix')
          .executeTakeFirstOrThrow();
        const row = await trx
          .insertInto('images')
          .values({
            ...{ id, name, project_id: parent.projectId, settings: json(settings), properties: json({}) },
            ...{ upload_bucket: bucket, upload_key: `${key_prefix}${id}`, held_bytes: size },
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await trx
          .insertInto('repairs')
          .values({
            image_id: id,
            parent_id: parent.id,
            remedies: [...remedies],
            before: json(before),
            guest: json(guest),
          })
          .execute();
        return imageOf(row);
      }),

    get: async (imageId) => {
      const row = await db
        .selectFrom('repairs')
        .innerJoin('images', 'images.id', 'repairs.image_id')
        .where('image_id', '=', imageId)
        .selectAll('repairs')
        .select('project_id')
        .executeTakeFirst();
      if (!row) return undefined;
      const { remedies, before, guest, changes, status, failure } = row;
      return {
        ...{ imageId, projectId: row.project_id, parentId: row.parent_id },
        ...{ remedies, before, guest, changes, status, failure },
      };
    },

    unstarted: (olderThanSeconds) =>
      db
        .selectFrom('repairs')
        .innerJoin('images', 'images.id', 'repairs.image_id')
        .where('repairs.status', '=', 'queued')
        .where('repairs.created_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
        .where('image_id', 'in', wanted)
        .orderBy('repairs.created_at')
        .limit(500)
        .select(['image_id as imageId', 'project_id as projectId', 'name'])
        .execute(),

    begin: (imageId) =>
      db.transaction().execute(async (trx) => {
        const repair = await trx
          .updateTable('repairs')
          .set({ status: 'running', fence: sql`fence + 1` })
          .where('image_id', '=', imageId)
          .where('status', 'in', open)
          .where('image_id', 'in', wanted)
          .returning('fence')
          .executeTakeFirst();
        if (!repair) throw superseded();
        await trx.updateTable('images').set({ updated_at: sql`now()` }).where('id', '=', imageId).execute();
        return { fence: Number(repair.fence) };
      }),

    assertHeld: (imageId, fence) => heldUpdate(imageId, fence, { status: 'running' }),
    mended: (imageId, fence, changes) => heldUpdate(imageId, fence, { changes: json(changes) }),
    reserve: (imageId, fence, size) =>
      db.transaction().execute(async (trx) => {
        const { project_id, held_bytes } = await trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .select(['project_id', 'held_bytes'])
          .executeTakeFirstOrThrow();
        await takeRoom(trx, limits, project_id, size > held_bytes ? { bytes: size - held_bytes } : {});
        const { numUpdatedRows } = await trx
          .updateTable('images')
          .set({ held_bytes: size })
          .where('id', '=', imageId)
          .where('upload_etag', 'is', null)
          .where('status', '<>', 'pending_delete')
          .where(
            'id',
            'in',
            trx
              .selectFrom('repairs')
              .where('image_id', '=', imageId)
              .where('fence', '=', fence)
              .where('status', '=', 'running')
              .select('image_id'),
          )
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw superseded();
      }),
    handedOver: (imageId, fence) => heldUpdate(imageId, fence, { status: 'handed-over', finished_at: sql`now()` }),

    end: (imageId, failure) =>
      db.transaction().execute(async (trx) => {
        const ended = await trx
          .updateTable('repairs')
          .set({
            status: failure ? 'failed' : 'cancelled',
            failure: failure ? json(failure) : null,
            finished_at: sql`now()`,
          })
          .where('image_id', '=', imageId)
          .where('status', 'in', open)
          .returning('image_id')
          .executeTakeFirst();
        if (!ended) return;
        await trx
          .updateTable('images')
          .set({ status: 'killed', held_bytes: 0, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where('upload_etag', 'is', null)
          .execute();
      }),
  };
};
