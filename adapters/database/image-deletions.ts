import { type Kysely, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import { toImage } from './image-records.ts';
import type { Database } from './schema.ts';

/**
 * First half of a deletion. Bytes that may still arrive count until they are removed. The row stays for good, and no quota counts it: so what the owner wrote into it
 * goes at once. Otherwise a member could fill the database by creating and deleting images.
 */
export const givenUp = {
  status: 'pending_delete',
  receiving_session: null,
  properties: '{}',
  tags: [] as string[],
  held_bytes: sql<number>`case when upload_etag is null then held_bytes else 0 end`,
} as const;

/** The first of each project, then the second of each: nobody's deletions wait behind all of another project's. */
const inTurns = sql`row_number() over (partition by project_id order by updated_at)`;

/** Images that go. */
export function createImageDeletions(
  db: Kysely<Database>,
): Pick<ImageStore, 'markForDeletion' | 'markDeleted' | 'pendingDeletions' | 'abandoned'> {
  return {
    markForDeletion: (id) =>
      db.transaction().execute(async (trx) => {
        const image = await trx
          .selectFrom('images')
          .where('id', '=', id)
          .select('protected')
          .forUpdate()
          .executeTakeFirst();
        if (image?.protected) {
          throw new BootreadyError({
            code: 'conflict',
            message: 'This image is protected and cannot be deleted.',
            remedy: 'Remove the protection first: openstack image set --unprotected ID',
          });
        }
        const open = await trx
          .selectFrom('runs')
          .where('image_id', '=', id)
          .where('finished_at', 'is', null)
          .select('id')
          .executeTakeFirst();
        if (open) {
          throw new BootreadyError({
            code: 'conflict',
            message: 'This image is being processed.',
            remedy: 'Cancel its run first, or wait until it ends.',
          });
        }
        await trx
          .updateTable('images')
          .set({ ...givenUp, updated_at: sql`now()` })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .execute();
      }),

    markDeleted: (id) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('publications').where('image_id', '=', id).execute();
        await trx.deleteFrom('image_members').where('image_id', '=', id).execute();
        await trx
          .updateTable('images')
          .set({ status: 'deleted', held_bytes: 0, deleted_at: sql`now()`, updated_at: sql`now()` })
          .where('id', '=', id)
          .execute();
      }),

    pendingDeletions: async () => {
      const rows = await db
        .selectFrom('images')
        .where('status', '=', 'pending_delete')
        .where('deleted_at', 'is', null)
        // If a run still works on the image, it could store bytes after the clean-up.
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('runs')
                .whereRef('runs.image_id', '=', 'images.id')
                .where('runs.finished_at', 'is', null)
                .select('runs.id'),
            ),
          ),
        )
        .orderBy(inTurns)
        .limit(500)
        .selectAll()
        .execute();
      return rows.map(toImage);
    },

    abandoned: async (olderThanSeconds) => {
      const rows = await db
        .selectFrom('images')
        .where('upload_etag', 'is', null)
        .where('deleted_at', 'is', null)
        .where('protected', '=', false)
        .where('updated_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
        .orderBy(inTurns)
        .limit(500)
        .selectAll()
        .execute();
      return rows.map(toImage);
    },
  };
}
