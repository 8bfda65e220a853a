import { type Kysely, sql } from 'kysely';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { RepairStore } from '../../shared/ports/repairs.ts';
import { insertAnnounced, toImage } from './image-records.ts';
import { json } from './json.ts';
import { createOrderStore } from './order-store.ts';
import { takeRoom } from './quota.ts';
import type { Database } from './schema.ts';

/** @param limits of projects that have none of their own */
export function createRepairStore(db: Kysely<Database>, limits: Limits = unlimited): RepairStore {
  const { updateIfHeld, ...orders } = createOrderStore(db, 'repairs', limits);
  return {
    ...orders,

    create: ({ parent, name, settings, bucket, remedies, before, guest }) =>
      db.transaction().execute(async (trx) => {
        const { projectId } = parent;
        // The new one is about as large as the old one; what it really is, it says before it is stored.
        const { size } = await trx
          .selectFrom('images')
          .where('id', '=', parent.id)
          .select(({ fn }) => fn.coalesce('size', 'upload_size', sql<number>`1`).as('size'))
          .executeTakeFirstOrThrow();
        await takeRoom(trx, limits, projectId, { images: 1, uploads: 1, bytes: size });
        const row = await insertAnnounced(trx, { projectId, name, settings, bucket }, { held_bytes: size });
        await trx
          .insertInto('repairs')
          .values({
            image_id: row.id,
            parent_id: parent.id,
            remedies: [...remedies],
            before: json(before),
            guest: json(guest),
          })
          .execute();
        return toImage(row);
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
        imageId,
        projectId: row.project_id,
        parentId: row.parent_id,
        remedies,
        before,
        guest,
        changes,
        status,
        failure,
      };
    },

    mended: (imageId, fence, changes) => updateIfHeld(imageId, fence, { changes: json(changes) }),
  };
}
