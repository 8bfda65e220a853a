import type { Kysely } from 'kysely';
import type { StoredImage, StoredRecords } from '../../shared/ports/stored-records.ts';
import type { Database } from './schema.ts';

/** The objects that must be in the store, by the records of the database. */
export function createStoredRecords(db: Kysely<Database>): StoredRecords {
  return {
    published: async function* (pageSize = 500) {
      for (let after = ''; ; ) {
        const page: StoredImage[] = await db
          .selectFrom('publications')
          .innerJoin('images', 'images.id', 'publications.image_id')
          .where('images.status', '!=', 'pending_delete')
          .$if(after !== '', (query) => query.where('images.id', '>', after))
          .orderBy('images.id')
          .limit(pageSize)
          .select([
            'images.id as imageId',
            'images.project_id as projectId',
            'images.name',
            'publications.bucket',
            'publications.key',
            'publications.size',
            'publications.sha256',
          ])
          .execute();
        yield* page;
        if (page.length < pageSize) return;
        after = page.at(-1)?.imageId ?? '';
      }
    },

    describe: async (bucket, keys) => {
      const ids = [...new Set(keys.map(parseImageId).filter((id) => id !== undefined))];
      const images = await db
        .selectFrom('images')
        .where('id', 'in', ids.length > 0 ? ids : [null as never])
        .select(({ exists, selectFrom }) => [
          'id',
          'name',
          'status',
          'upload_bucket',
          'upload_key',
          exists(
            selectFrom('runs')
              .whereRef('image_id', '=', 'images.id')
              .where('finished_at', 'is', null)
              .select('runs.id'),
          ).as('isUnderWay'),
        ])
        .execute();
      const published = await db
        .selectFrom('publications')
        .where('bucket', '=', bucket)
        .where('key', 'in', keys.length > 0 ? keys : [''])
        .select('key')
        .execute();
      const recorded = new Set(published.map(({ key }) => key));
      const byId = new Map(images.map((image) => [image.id, image]));
      return keys.map((key) => {
        const image = byId.get(parseImageId(key) ?? '');
        // Evidence belongs to its image, and goes with it.
        const isIts =
          recorded.has(key) ||
          (image !== undefined &&
            image.status !== 'deleted' &&
            (image.isUnderWay === true ||
              image.status === 'pending_delete' ||
              key.split('/')[2] === 'evidence' ||
              (image.upload_bucket === bucket && image.upload_key === key)));
        return {
          key,
          isKnown: isIts,
          ...(image ? { image: { id: image.id, name: image.name, status: image.status } } : {}),
        };
      });
    },
  };
}

/** Objects of images are named `<project>/<image>/...`. */
function parseImageId(key: string): string | undefined {
  return /^[^/]+\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//.exec(key)?.[1];
}
