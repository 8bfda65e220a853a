import { type Kysely, type Selectable, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { ImageSource, PlatformStore } from '../../shared/ports/platform.ts';
import { insertFetched } from './download-store.ts';
import { toImage } from './image-records.ts';
import { json } from './json.ts';
import type { Database, ImageSourceTable } from './schema.ts';

function toSource(row: Selectable<ImageSourceTable>): ImageSource {
  return {
    family: row.family,
    projectId: row.project_id,
    name: row.name,
    url: row.url,
    fixedChecksum: row.fixed_checksum,
    checksumUrl: row.checksum_url,
    signingKeys: row.signing_keys,
    signatureUrl: row.signature_url,
    signedAt: row.signed_at,
    settings: row.settings,
    everySeconds: row.every_seconds,
    keep: row.keep,
    checksum: row.checksum,
    imageId: row.image_id,
    lookedAt: row.looked_at,
    failure: row.failure,
  };
}

function notActive(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'Only a published image can become a platform image.',
    remedy: 'Wait until it is active. "bootready show" shows what it is waiting for.',
  });
}

/** For a source that is set again: with other keys, or another file, the newest signature is forgotten. */
const stillNewest = sql<Date | null>`case
  when image_sources.signing_keys = excluded.signing_keys and image_sources.checksum_url = excluded.checksum_url
  then image_sources.signed_at end`;

/** @param limits of projects that have none of their own */
export function createPlatformStore(db: Kysely<Database>, limits: Limits = unlimited): PlatformStore {
  const shown = db
    .selectFrom('images')
    .where('family', 'is not', null)
    .where('visibility', '=', 'public')
    .where('os_hidden', '=', false)
    .where('status', '=', 'active')
    .where('deleted_at', 'is', null);

  return {
    promote: (imageId, family) =>
      db.transaction().execute(async (trx) => {
        // One at a time for one family: the one to hide may not be there yet to be locked.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`family/${family}`}, 0))`.execute(trx);
        await trx
          .updateTable('images')
          .set({ os_hidden: true, updated_at: sql`now()` })
          .where('family', '=', family)
          .where('visibility', '=', 'public')
          .where('os_hidden', '=', false)
          .where('id', '<>', imageId)
          .execute();
        const row = await trx
          .updateTable('images')
          .set({ visibility: 'public', os_hidden: false, family, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where('status', '=', 'active')
          .where('deleted_at', 'is', null)
          .returningAll()
          .executeTakeFirst();
        // Undoes the hiding too.
        if (!row) throw notActive();
        return toImage(row);
      }),

    latest: async (family) => {
      const row = await shown.where('family', '=', family).selectAll().executeTakeFirst();
      return row && toImage(row);
    },

    families: async () => (await shown.orderBy('family').selectAll().execute()).map(toImage),

    setSource: async ({ family, projectId, name, url, settings, everySeconds, keep, ...believed }) => {
      const values = {
        project_id: projectId,
        name,
        url,
        settings: json(settings),
        every_seconds: everySeconds,
        fixed_checksum: believed.fixedChecksum,
        checksum_url: believed.checksumUrl,
        keep,
        signing_keys: believed.signingKeys,
        signature_url: believed.signatureUrl,
      };
      const row = await db
        .insertInto('image_sources')
        .values({ family, ...values })
        .onConflict((conflict) =>
          conflict.column('family').doUpdateSet({ ...values, signed_at: stillNewest, looked_at: null, failure: null }),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return toSource(row);
    },

    sources: async () => (await db.selectFrom('image_sources').orderBy('family').selectAll().execute()).map(toSource),

    removeSource: async (family) => {
      const { numDeletedRows } = await db.deleteFrom('image_sources').where('family', '=', family).executeTakeFirst();
      return numDeletedRows > 0n;
    },

    refresh: async (family) => {
      const cameToNothing = sql<boolean>`not exists (select 1 from images i where i.id = image_sources.image_id
        and i.deleted_at is null and i.status not in ('killed', 'pending_delete'))`;
      const row = await db
        .updateTable('image_sources')
        .set({ looked_at: null, checksum: sql`case when ${cameToNothing} then null else checksum end` })
        .where('family', '=', family)
        .returningAll()
        .executeTakeFirst();
      return row && toSource(row);
    },

    due: async () => {
      const rows = await db
        .selectFrom('image_sources')
        .where(sql<boolean>`looked_at is null or looked_at < now() - make_interval(secs => every_seconds)`)
        .orderBy(sql`looked_at nulls first`)
        .selectAll()
        .execute();
      return rows.map(toSource);
    },

    sawSigned: async ({ family, signingKeys, checksumUrl }, signedAt) => {
      await db
        .updateTable('image_sources')
        .set({ signed_at: sql`greatest(signed_at, ${signedAt})` })
        .where('family', '=', family)
        .where('signing_keys', 'is not distinct from', signingKeys)
        .where('checksum_url', 'is not distinct from', checksumUrl)
        .execute();
    },

    looked: async (family, failure) => {
      await db
        .updateTable('image_sources')
        .set({ looked_at: sql`now()`, failure: failure ? json(failure) : null })
        .where('family', '=', family)
        .execute();
    },

    order: ({ family, url, signingKeys }, checksum, bucket) =>
      db.transaction().execute(async (trx) => {
        const source = await trx
          .selectFrom('image_sources')
          .where('family', '=', family)
          // The source may have changed in the meantime: then the checksum belongs to another file.
          .where('url', '=', url)
          .where('signing_keys', 'is not distinct from', signingKeys)
          .selectAll()
          .forUpdate()
          .executeTakeFirst();
        if (!source) return undefined;
        const last = await trx
          .selectFrom('downloads')
          .where('image_id', '=', source.image_id)
          .select('status')
          .executeTakeFirst();
        if (source.checksum === checksum && last?.status !== 'failed') return undefined;
        const { project_id: projectId, name, settings } = source;
        const ordered = { projectId, name, settings, bucket, source: { url, checksum } };
        const image = await insertFetched(trx, limits, ordered, source.family);
        await trx
          .updateTable('image_sources')
          .set({ checksum, image_id: image.id, looked_at: sql`now()`, failure: null })
          .where('family', '=', family)
          .execute();
        return image;
      }),

    outlived: async () => {
      const { rows } = await sql<{ imageId: string; family: string }>`
        select id as "imageId", family from (
          select i.id, i.family, s.keep, row_number() over (partition by i.family order by i.created_at desc) as place
          from images i
          join downloads d on d.image_id = i.id and d.source_family = i.family
          join image_sources s on s.family = i.family and s.project_id = i.project_id
          where s.keep is not null and i.visibility = 'public' and i.os_hidden and i.status = 'active' and not i.protected
            and i.deleted_at is null
        ) earlier
        where place > keep
          and not exists (select from image_members m where m.image_id = earlier.id)
          and not exists (select from deliveries d where d.image_id = earlier.id and d.finished_at is null)
          and not exists (select from repairs r join images repaired on repaired.id = r.image_id
            where r.parent_id = earlier.id and repaired.deleted_at is null)
          and not exists (select from images taken
            where taken.deleted_at is null and taken.properties ->> 'base_image_ref' = earlier.id::text)
      `.execute(db);
      return rows;
    },

    arrived: async () =>
      db
        .selectFrom('image_sources')
        .innerJoin('images', 'images.id', 'image_sources.image_id')
        .where('images.status', '=', 'active')
        .where('images.family', 'is', null)
        .where('images.deleted_at', 'is', null)
        .select(['images.id as imageId', 'image_sources.family as family'])
        .execute(),
  };
}
