import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { assertFits, type Limits, stride } from '../../shared/limits/quota.ts';
import type { ImageReceptions } from '../../shared/ports/image-receptions.ts';
import { insertRun } from './image-records.ts';
import { grant, lockQuota } from './quota.ts';
import type { Database } from './schema.ts';

/** A sender that is silent for this long loses its place. */
const silence = sql`interval '2 minutes'`;

/** @param limits of projects that have none of their own */
export function createImageReceptions(db: Kysely<Database>, limits: Limits): ImageReceptions {
  return {
    beginReception: (imageId, status, size) =>
      db.transaction().execute(async (trx) => {
        const open = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('deleted_at', 'is', null)
          .where('upload_etag', 'is', null)
          .where('staged_size', 'is', null)
          .where((eb) =>
            eb.or([
              eb.and([eb('status', '=', 'queued'), eb('multipart_id', 'is', null)]),
              eb.and([
                eb('status', 'in', ['saving', 'uploading']),
                eb('receiving_at', '<', sql<Date>`now() - ${silence}`),
              ]),
            ]),
          )
          .select(['project_id', 'held_bytes', 'disk_format', 'container_format']);
        const owner = await open.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        const image = quota && (await open.forUpdate().executeTakeFirst());
        if (!image) return undefined;
        const session = randomUUID();
        // The room of a lost sender passes to this one.
        const held = grant(quota, image.held_bytes, size ?? 1, size ?? stride);
        if (image.held_bytes === 0) assertFits(quota, { uploads: 1 });
        await trx
          .updateTable('images')
          .set({
            status,
            receiving_session: session,
            receiving_at: sql`now()`,
            multipart_id: null,
            held_bytes: held,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .execute();
        const announced = {
          projectId: image.project_id,
          diskFormat: image.disk_format,
          containerFormat: image.container_format,
        };
        return { imageId, session, held, announced };
      }),

    extendReception: ({ imageId, session }, bytes) =>
      db.transaction().execute(async (trx) => {
        const mine = trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .where('receiving_session', '=', session)
          .where('upload_etag', 'is', null)
          .select(['project_id', 'held_bytes']);
        const owner = await mine.executeTakeFirst();
        const quota = owner && (await lockQuota(trx, limits, owner.project_id));
        const image = quota && (await mine.forUpdate().executeTakeFirst());
        if (!image) return undefined;
        const held = Math.max(image.held_bytes, grant(quota, image.held_bytes, bytes, bytes + stride));
        await trx.updateTable('images').set({ held_bytes: held }).where('id', '=', imageId).execute();
        return held;
      }),

    keepReception: async ({ imageId, session }) => {
      const { numUpdatedRows } = await db
        .updateTable('images')
        .set({ receiving_at: sql`now()` })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    stage: async ({ imageId, session }, { multipartId, size }) => {
      const { numUpdatedRows } = await db
        .updateTable('images')
        .set({
          multipart_id: multipartId,
          staged_size: size,
          held_bytes: size,
          receiving_session: null,
          updated_at: sql`now()`,
        })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    acceptVerbatim: ({ imageId, session }, bytes) =>
      db.transaction().execute(async (trx) => {
        const image = await trx
          .updateTable('images')
          .set({
            status: 'saving',
            verbatim: true,
            upload_bucket: bytes.bucket,
            upload_key: bytes.key,
            upload_etag: bytes.etag,
            upload_version_id: bytes.versionId ?? null,
            upload_size: bytes.size,
            held_bytes: bytes.size,
            size: bytes.size,
            virtual_size: bytes.virtualSize,
            md5: bytes.md5,
            sha256: bytes.sha256,
            sha512: bytes.sha512,
            receiving_session: null,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .where('receiving_session', '=', session)
          // Somebody may have put an object at the key that was announced for it.
          .where('upload_etag', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (!image) return undefined;
        const run = await insertRun(trx, imageId, 1);
        return { runId: run.id, workflowId: run.workflowId };
      }),

    dropReception: async ({ imageId, session }) => {
      await db
        .updateTable('images')
        .set({
          status: 'queued',
          receiving_session: null,
          multipart_id: null,
          held_bytes: 0,
          updated_at: sql`now()`,
        })
        .where('id', '=', imageId)
        .where('receiving_session', '=', session)
        // Bytes that arrived another way in the meantime belong to the image.
        .where('upload_etag', 'is', null)
        .execute();
    },

    noteImport: async (imageId, { requestId, settings }) => {
      await db
        .updateTable('images')
        .set({
          import_request_id: requestId,
          // Settings that were requested earlier win.
          settings: sql`${JSON.stringify(settings)}::jsonb || settings` as never,
        })
        .where('id', '=', imageId)
        .where('upload_etag', 'is', null)
        .execute();
    },
  };
}
