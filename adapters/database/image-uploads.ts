import { type Kysely, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import { assertFits, findShortage, type Limits } from '../../shared/limits/quota.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import { insertAnnounced, insertRun, toImage, toRun } from './image-records.ts';
import { json } from './json.ts';
import { lockQuota, takeRoom } from './quota.ts';
import type { Database } from './schema.ts';

/** An image that waits for an upload, while this one is open. */
function selectAwaiting(db: Kysely<Database>, imageId: string, multipartId: string | null) {
  return db
    .updateTable('images')
    .where('id', '=', imageId)
    .where('upload_etag', 'is', null)
    .where('status', 'in', ['queued', 'uploading'])
    .where('multipart_id', 'is not distinct from', multipartId);
}

/** Images whose bytes are to come, or have come. */
export function createImageUploads(
  db: Kysely<Database>,
  limits: Limits,
): Pick<
  ImageStore,
  'announce' | 'reserveUpload' | 'openMultipart' | 'closeMultipart' | 'findOrCreate' | 'isKnown' | 'unknownAmong'
> {
  return {
    announce: ({ size, ...image }) =>
      db.transaction().execute(async (trx) => {
        await takeRoom(trx, limits, image.projectId, { images: 1, ...(size === undefined ? {} : { bytes: size }) });
        return toImage(await insertAnnounced(trx, image));
      }),

    reserveUpload: (imageId, size, multipartId = null) =>
      db.transaction().execute(async (trx) => {
        const open = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('upload_etag', 'is', null)
          .where('staged_size', 'is', null)
          .where('receiving_session', 'is', null)
          .where('status', 'in', ['queued', 'uploading'])
          .where('multipart_id', 'is not distinct from', multipartId)
          .select(['project_id', 'held_bytes']);
        const owner = await open.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        // Behind the lock of the project, where there is one: what it holds now stays.
        const image = await open.forUpdate().executeTakeFirst();
        if (!image || !quota) {
          throw new BootreadyError({
            code: 'conflict',
            message: 'This image is not waiting for an upload, or another request has just opened one.',
            remedy: 'Check the image again. For other data, create another image.',
          });
        }
        const more = size - image.held_bytes;
        assertFits(quota, { ...(more > 0 ? { bytes: more } : {}), ...(image.held_bytes === 0 ? { uploads: 1 } : {}) });
        await trx
          .updateTable('images')
          .set({ held_bytes: size, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .execute();
      }),

    // Only code that knows both changes room and upload, so the parts in the store never use more room than is reserved for them.
    openMultipart: async (imageId, { multipartId, size, former }) => {
      const { numUpdatedRows } = await selectAwaiting(db, imageId, former)
        .set({ multipart_id: multipartId, status: 'uploading', updated_at: sql`now()` })
        .where('held_bytes', '=', size)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    closeMultipart: async (imageId, multipartId) => {
      await selectAwaiting(db, imageId, multipartId)
        .set({ multipart_id: null, status: 'queued', held_bytes: 0, updated_at: sql`now()` })
        .execute();
    },

    findOrCreate: (object, { projectId, name, settings, properties = {} }) =>
      db.transaction().execute(async (trx) => {
        // One at a time for one key, in whatever process: the row to find may not be there yet to be locked.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`${object.bucket}/${object.key}`}, 0))`.execute(trx);
        const identity = object.versionId ?? object.etag;
        const there = await trx
          .selectFrom('images')
          .where('upload_bucket', '=', object.bucket)
          .where('upload_key', '=', object.key)
          .where('deleted_at', 'is', null)
          .where(sql`coalesce(upload_version_id, upload_etag, '')`, 'in', [identity, ''])
          .orderBy('upload_etag', (order) => order.asc().nullsLast())
          .selectAll()
          .executeTakeFirst();
        if (there?.upload_etag) {
          const run = await trx
            .selectFrom('runs')
            .where('image_id', '=', there.id)
            .orderBy('number', 'desc')
            .selectAll()
            .executeTakeFirstOrThrow();
          return { image: toImage(there), run: toRun(run), isNew: false };
        }
        // The bytes are there and count, even when nobody had asked whether there is room; then the run refuses them.
        const owner = there?.project_id ?? projectId;
        const more = object.size - (there?.held_bytes ?? 0);
        const shortage = findShortage(await lockQuota(trx, limits, owner), {
          ...(there ? {} : { images: 1 }),
          ...(more > 0 ? { bytes: more } : {}),
        });
        const bytes = {
          upload_etag: object.etag,
          upload_version_id: object.versionId ?? null,
          upload_size: object.size,
          held_bytes: object.size,
          over_quota: shortage ? json(shortage) : null,
        };
        // They have replaced the earlier bytes, unless the bucket keeps versions.
        await trx
          .updateTable('images')
          .set({ held_bytes: 0 })
          .where('upload_bucket', '=', object.bucket)
          .where('upload_key', '=', object.key)
          .where('upload_version_id', 'is', null)
          .where('upload_etag', '<>', object.etag)
          .where('size', 'is', null)
          .where('deleted_at', 'is', null)
          .execute();
        const row = there
          ? await trx
              .updateTable('images')
              .set({
                ...bytes,
                // Staged data arrives by an import, which starts when its upload completes. A download is such an import and started earlier.
                status: sql`case when staged_size is null and status <> 'importing' then 'queued' else 'importing' end`,
                multipart_id: null,
                updated_at: sql`now()`,
              })
              .where('id', '=', there.id)
              .returningAll()
              .executeTakeFirstOrThrow()
          : await trx
              .insertInto('images')
              .values({
                project_id: projectId,
                name,
                settings: json(settings),
                properties: json(properties),
                upload_bucket: object.bucket,
                upload_key: object.key,
                ...bytes,
              })
              .returningAll()
              .executeTakeFirstOrThrow();
        return { image: toImage(row), run: await insertRun(trx, row.id, 1, row.import_request_id), isNew: true };
      }),

    isKnown: async ({ bucket, key, etag }) =>
      (await db
        .selectFrom('images')
        .where('upload_bucket', '=', bucket)
        .where('upload_key', '=', key)
        .where('upload_etag', '=', etag)
        .where('deleted_at', 'is', null)
        .select('id')
        .executeTakeFirst()) !== undefined,

    unknownAmong: async (objects) => {
      const rows = await db
        .selectFrom('images')
        .where('upload_bucket', 'in', [...new Set(objects.map(({ bucket }) => bucket))])
        .where('upload_key', 'in', [...new Set(objects.map(({ key }) => key))])
        .where('deleted_at', 'is', null)
        .select(['upload_bucket', 'upload_key', 'upload_etag'])
        .execute();
      const known = new Set(rows.map((row) => JSON.stringify([row.upload_bucket, row.upload_key, row.upload_etag])));
      return objects.filter(({ bucket, key, etag }) => !known.has(JSON.stringify([bucket, key, etag])));
    },
  };
}
