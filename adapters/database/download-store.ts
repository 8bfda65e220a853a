import { type Kysely, sql, type Transaction } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import type { DownloadStore } from '../../shared/ports/downloads.ts';
import type { Image } from '../../shared/ports/images.ts';
import { imageOf, insertAnnounced } from './image-store.ts';
import { createOrderStore } from './order-store.ts';
import type { Database } from './schema.ts';

const taken = (): BootreadyError =>
  new BootreadyError({
    code: 'conflict',
    message: 'The image has its bytes already, or they are on their way.',
    remedy: 'Wait for it ("bootready show" tells), or create another image for other bytes.',
  });

const nothingToRepeat = (): BootreadyError =>
  new BootreadyError({
    code: 'conflict',
    message: 'This image was not fetched from a URL, or that has not failed.',
    remedy: 'Finish its upload; it is processed by itself then.',
  });

/** An image and its download. */
export const insertFetched = async (
  trx: Transaction<Database>,
  { source: { url, checksum }, ...image }: Parameters<DownloadStore['create']>[0],
): Promise<Image> => {
  const row = await insertAnnounced(trx, image, { status: 'importing' });
  await trx
    .insertInto('downloads')
    .values({ image_id: row.id, url, checksum: checksum ?? null })
    .execute();
  return imageOf(row);
};

export const createDownloadStore = (db: Kysely<Database>): DownloadStore => {
  const { heldUpdate, ...orders } = createOrderStore(db, 'downloads');
  return {
    ...orders,

    create: (image) => db.transaction().execute((trx) => insertFetched(trx, image)),

    order: (imageId, { source, settings = {}, requestId }) =>
      db.transaction().execute(async (trx) => {
        const image = await trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('deleted_at', 'is', null)
          .select(['status', 'upload_etag', 'multipart_id'])
          .forUpdate()
          .executeTakeFirst();
        const last = await trx
          .selectFrom('downloads')
          .where('image_id', '=', imageId)
          .select('status')
          .executeTakeFirst();
        const cameToNothing = last?.status === 'failed' || last?.status === 'cancelled';
        const waits = image?.status === 'queued' && !last && image.multipart_id === null;
        if (!source && !cameToNothing) throw nothingToRepeat();
        if (!image || image.upload_etag !== null) throw taken();
        if (!waits && !(cameToNothing && image.status === 'killed')) throw taken();
        const request_id = requestId ?? null;
        const begun = { status: 'queued', received: 0, total: null, failure: null, finished_at: null } as const;
        if (source) {
          const { url, checksum = null } = source;
          await trx
            .insertInto('downloads')
            .values({ image_id: imageId, url, checksum, request_id })
            .onConflict((conflict) =>
              conflict.column('image_id').doUpdateSet({ url, checksum, request_id, ...begun, created_at: sql`now()` }),
            )
            .execute();
        } else {
          await trx
            .updateTable('downloads')
            .set({ ...begun, created_at: sql`now()` })
            .where('image_id', '=', imageId)
            .execute();
        }
        await trx
          .updateTable('images')
          .set({
            status: 'importing',
            settings: sql`settings || ${JSON.stringify(settings)}::jsonb` as never,
            updated_at: sql`now()`,
            ...(requestId === undefined ? {} : { import_request_id: requestId }),
          })
          .where('id', '=', imageId)
          .execute();
      }),

    get: async (imageId) => {
      const row = await db
        .selectFrom('downloads')
        .innerJoin('images', 'images.id', 'downloads.image_id')
        .where('image_id', '=', imageId)
        .selectAll('downloads')
        .select('project_id')
        .executeTakeFirst();
      if (!row) return undefined;
      const { url, checksum, status, received, total, failure } = row;
      return {
        ...{ imageId, projectId: row.project_id, url, checksum, status, received, total, failure },
        ...{ requestId: row.request_id, createdAt: row.created_at, finishedAt: row.finished_at },
      };
    },

    progress: (imageId, fence, bytes) => heldUpdate(imageId, fence, bytes),
  };
};
