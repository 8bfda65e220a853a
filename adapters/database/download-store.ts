import { type Kysely, sql, type Transaction } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import { assertFits, type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { DownloadStore } from '../../shared/ports/downloads.ts';
import type { Image } from '../../shared/ports/image.ts';
import { insertAnnounced, lockImage, toImage } from './image-records.ts';
import { createOrderStore } from './order-store.ts';
import { lockQuotaOfImage, takeRoom } from './quota.ts';
import type { Database } from './schema.ts';

function makeTakenError(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'The image already has data, or an upload or download is running.',
    remedy: 'Wait for it (see "bootready show"), or create another image for other data.',
  });
}

function makeNothingToRepeatError(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'This image was not downloaded from a URL, or its download has not failed.',
    remedy: 'Finish its upload. Processing then starts automatically.',
  });
}

/** Only its server knows the size. Until then it counts as a running upload, and takes no room that counts. */
const unknownSize = 1;

/** An image and its download. @param family of the source that orders it @throws BootreadyError `quota-exceeded` */
export async function insertFetched(
  trx: Transaction<Database>,
  limits: Limits,
  { source: { url, checksum }, ...image }: Parameters<DownloadStore['create']>[0],
  family: string | null = null,
): Promise<Image> {
  await takeRoom(trx, limits, image.projectId, { images: 1, uploads: 1, bytes: unknownSize });
  const row = await insertAnnounced(trx, image, { status: 'importing', held_bytes: unknownSize });
  await trx
    .insertInto('downloads')
    .values({ image_id: row.id, url, checksum: checksum ?? null, source_family: family })
    .execute();
  return toImage(row);
}

/** @param limits of projects that have none of their own */
export function createDownloadStore(db: Kysely<Database>, limits: Limits = unlimited): DownloadStore {
  const { updateIfHeld, ...orders } = createOrderStore(db, 'downloads', limits);
  return {
    ...orders,

    create: (image) => db.transaction().execute((trx) => insertFetched(trx, limits, image)),

    order: (imageId, { source, settings = {}, requestId }) =>
      db.transaction().execute(async (trx) => {
        const quota = await lockQuotaOfImage(trx, limits, imageId);
        const image = await lockImage(trx, imageId)
          .select(['status', 'upload_etag', 'multipart_id'])
          .executeTakeFirst();
        const last = await trx
          .selectFrom('downloads')
          .where('image_id', '=', imageId)
          .select('status')
          .executeTakeFirst();
        const cameToNothing = last?.status === 'failed' || last?.status === 'cancelled';
        const waits = image?.status === 'queued' && !last && image.multipart_id === null;
        if (!source && !cameToNothing) throw makeNothingToRepeatError();
        if (!image || image.upload_etag !== null) throw makeTakenError();
        if (!waits && !(cameToNothing && image.status === 'killed')) throw makeTakenError();
        if (quota) assertFits(quota, { uploads: 1, bytes: unknownSize });
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
            held_bytes: unknownSize,
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
        imageId,
        projectId: row.project_id,
        url,
        checksum,
        status,
        received,
        total,
        failure,
        requestId: row.request_id,
        createdAt: row.created_at,
        finishedAt: row.finished_at,
      };
    },

    progress: (imageId, fence, bytes) => updateIfHeld(imageId, fence, bytes),
  };
}
