import type { Kysely } from 'kysely';
import type { RepairStore } from '../../shared/ports/repairs.ts';
import { imageOf, insertAnnounced } from './image-store.ts';
import { createOrderStore } from './order-store.ts';
import type { Database } from './schema.ts';

const json = (value: unknown): never => JSON.stringify(value) as never;

export const createRepairStore = (db: Kysely<Database>): RepairStore => {
  const { heldUpdate, ...orders } = createOrderStore(db, 'repairs');
  return {
    ...orders,

    create: ({ parent, name, settings, bucket, remedies, before, guest }) =>
      db.transaction().execute(async (trx) => {
        const row = await insertAnnounced(trx, { projectId: parent.projectId, name, settings, bucket });
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

    mended: (imageId, fence, changes) => heldUpdate(imageId, fence, { changes: json(changes) }),
  };
};
