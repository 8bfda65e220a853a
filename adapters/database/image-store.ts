import {
  type Expression,
  type Insertable,
  type Kysely,
  type Selectable,
  type SqlBool,
  sql,
  type Transaction,
} from 'kysely';
import type { ListedSystem, Visibility } from '../../shared/contracts/image.ts';
import { type GuestFacts, steps as stepOrder, type Verdict } from '../../shared/contracts/run.ts';
import { workflowIdOf } from '../../shared/contracts/workflow.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Image, ImageStore, Run, SharedWith } from '../../shared/ports/images.ts';
import { assertFits, type Limits, shortageOf, unlimited } from '../../shared/quota.ts';
import { membership } from './glance-query.ts';
import { json } from './json.ts';
import { lockQuota, takeRoom } from './quota.ts';
import type { Database, ImageTable, RunTable } from './schema.ts';

export const imageOf = (row: Selectable<ImageTable>): Image => ({
  id: row.id,
  projectId: row.project_id,
  name: row.name,
  status: row.status,
  settings: row.settings,
  upload: { bucket: row.upload_bucket, key: row.upload_key, etag: row.upload_etag, size: row.upload_size },
  multipartId: row.multipart_id,
  diskFormat: row.disk_format,
  size: row.size,
  virtualSize: row.virtual_size,
  sha256: row.sha256,
  visibility: row.visibility,
  minRam: row.min_ram,
  minDisk: row.min_disk,
  isHidden: row.os_hidden,
  family: row.family,
  properties: row.properties,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const runOf = (row: Selectable<RunTable>): Run => ({
  id: row.id,
  imageId: row.image_id,
  number: row.number,
  workflowId: row.workflow_id,
  status: row.status,
  worker: row.worker,
  report: row.report,
  failure: row.failure,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});

export const insertRun = async (
  trx: Transaction<Database>,
  imageId: string,
  number: number,
  requestId: string | null = null,
): Promise<Run> =>
  runOf(
    await trx
      .insertInto('runs')
      .values({ image_id: imageId, number, workflow_id: workflowIdOf(imageId, number), request_id: requestId })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );

const isSharedWith = ({ projectId, answer }: SharedWith): Expression<SqlBool> => sql<boolean>`(
  images.visibility = 'shared' and images.project_id <> ${projectId} and images.status <> 'pending_delete'
  and ${membership(projectId, answer)})`;

/** As `latestRuns` has it: the newest run's, whatever became of it. */
const hasSystem = (system: ListedSystem): Expression<SqlBool> => sql<boolean>`exists (
  select from (select report -> 'guest' as guest from runs where image_id = images.id order by number desc limit 1) latest
  where ${system} in (guest ->> 'osType', guest ->> 'osDistro'))`;

/** The row of an image whose bytes come later, at a key of its own. */
export const insertAnnounced = async (
  db: Kysely<Database>,
  { projectId, name, settings, bucket, properties = {} }: Parameters<ImageStore['announce']>[0],
  more: Partial<Insertable<ImageTable>> = {},
): Promise<Selectable<ImageTable>> => {
  const id = crypto.randomUUID();
  const { key_prefix } = await db
    .selectFrom('projects')
    .where('id', '=', projectId)
    .select('key_prefix')
    .executeTakeFirstOrThrow();
  return db
    .insertInto('images')
    .values({
      ...{ id, name, project_id: projectId, settings: json(settings), properties: json(properties) },
      ...{ upload_bucket: bucket, upload_key: `${key_prefix}${id}`, ...more },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
};

/** First half of deleting. What may still be coming counts until it is cleared away. */
export const givenUp = {
  status: 'pending_delete',
  receiving_session: null,
  held_bytes: sql<number>`case when upload_etag is null then held_bytes else 0 end`,
} as const;

/** @param limits of projects that have none of their own */
export const createImageStore = (db: Kysely<Database>, limits: Limits = unlimited): ImageStore => ({
  announce: ({ size, ...image }) =>
    db.transaction().execute(async (trx) => {
      await takeRoom(trx, limits, image.projectId, { images: 1, ...(size === undefined ? {} : { bytes: size }) });
      return imageOf(await insertAnnounced(trx, image));
    }),

  reserveUpload: (imageId, size) =>
    db.transaction().execute(async (trx) => {
      const open = trx
        .selectFrom('images')
        .where('id', '=', imageId)
        .where('upload_etag', 'is', null)
        .where('staged_size', 'is', null)
        .where('receiving_session', 'is', null)
        .where('status', 'in', ['queued', 'uploading'])
        .select(['project_id', 'held_bytes']);
      const owner = await open.executeTakeFirst();
      const quota = owner && (await lockQuota(trx, limits, owner.project_id));
      // Behind the lock: what it holds now stays.
      const image = await open.executeTakeFirst();
      if (!image || !quota) {
        throw new BootreadyError({
          code: 'conflict',
          message: 'This image does not wait for an upload.',
          remedy: 'Create another image for other bytes.',
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

  setMultipart: async (imageId, multipartId) => {
    await db
      .updateTable('images')
      .set({
        multipart_id: multipartId,
        status: multipartId === null ? 'queued' : 'uploading',
        ...(multipartId === null ? { held_bytes: 0 } : {}),
        updated_at: sql`now()`,
      })
      .where('id', '=', imageId)
      .where('upload_etag', 'is', null)
      .where('status', 'in', ['queued', 'uploading'])
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
        return { image: imageOf(there), run: runOf(run), isNew: false };
      }
      // The bytes are there and count, even when nobody had asked whether there is room; then the run refuses them.
      const owner = there?.project_id ?? projectId;
      const more = object.size - (there?.held_bytes ?? 0);
      const shortage = shortageOf(await lockQuota(trx, limits, owner), {
        ...(there ? {} : { images: 1 }),
        ...(more > 0 ? { bytes: more } : {}),
      });
      const bytes = {
        ...{ upload_etag: object.etag, upload_version_id: object.versionId ?? null, upload_size: object.size },
        ...{ held_bytes: object.size, over_quota: shortage ? json(shortage) : null },
      };
      // They have taken the place of those that were there, unless the bucket keeps versions.
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
              // What was staged comes by an import, which has begun with the completion of its upload; what was fetched, long ago.
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
      return { image: imageOf(row), run: await insertRun(trx, row.id, 1, row.import_request_id), isNew: true };
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

  get: async (id, projectId) => {
    const row = await db
      .selectFrom('images')
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .selectAll()
      .executeTakeFirst();
    return row && imageOf(row);
  },

  search: async (text, { projectId, sharedWith }) => {
    const rows = await db
      .selectFrom('images')
      .where('deleted_at', 'is', null)
      .where((eb) => eb.or([eb('name', '=', text), sql<boolean>`starts_with(id::text, ${text.toLowerCase()})`]))
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .$if(sharedWith !== undefined, (query) => query.where(isSharedWith(sharedWith as SharedWith)))
      .orderBy('created_at', 'desc')
      .limit(10)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },

  ownedBy: async (ids, projectId) => {
    const rows = await db
      .selectFrom('images')
      .where('id', 'in', ids)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .select('id')
      .execute();
    return rows.map(({ id }) => id);
  },

  list: async (filter) => {
    const { projectId, status, name, text, format, imageType, system, visibility, isPublic, sharedWith, after, limit } =
      filter;
    const rows = await db
      .selectFrom('images')
      .where('deleted_at', 'is', null)
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .$if(status !== undefined, (query) => query.where('status', '=', status as never))
      .$if(name !== undefined, (query) => query.where('name', '=', name as string))
      .$if(text !== undefined, (query) => query.where(sql<boolean>`strpos(lower(name), lower(${text ?? ''})) > 0`))
      .$if(isPublic === true, (query) => query.where('visibility', '=', 'public').where('os_hidden', '=', false))
      .$if(sharedWith !== undefined, (query) =>
        query.where(isSharedWith(sharedWith as SharedWith)).where('os_hidden', '=', false),
      )
      .$if(format !== undefined, (query) => query.where('disk_format', '=', format as string))
      .$if(imageType !== undefined, (query) =>
        query.where(
          sql<boolean>`(coalesce(properties ->> 'image_type', '') in ('snapshot', 'backup')) = ${imageType === 'snapshot'}`,
        ),
      )
      .$if(visibility !== undefined, (query) => query.where('visibility', '=', visibility as Visibility))
      .$if(system !== undefined, (query) => query.where(hasSystem(system as ListedSystem)))
      .$if(after !== undefined, (query) =>
        query.where(
          sql<boolean>`(created_at, id) < (select created_at, id from images where id = ${after ?? null}::uuid)`,
        ),
      )
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },

  runs: async (imageId) => {
    const rows = await db
      .selectFrom('runs')
      .where('image_id', '=', imageId)
      .orderBy('number', 'desc')
      .selectAll()
      .execute();
    return rows.map(runOf);
  },

  steps: async (runId) => {
    const rows = await db.selectFrom('run_steps').where('run_id', '=', runId).selectAll().execute();
    // Not by time: an attempt that moved to another worker does the first steps again after the later ones.
    rows.sort((a, b) => stepOrder.indexOf(a.step) - stepOrder.indexOf(b.step));
    return rows.map((row) => ({
      step: row.step,
      status: row.status,
      attempts: row.attempts,
      percent: row.percent,
      worker: row.worker,
      message: row.message,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
    }));
  },

  latestRuns: async (imageIds) => {
    if (imageIds.length === 0) return new Map();
    const rows = await db
      .selectFrom('runs')
      .leftJoinLateral(
        (eb) =>
          eb
            .selectFrom('run_steps')
            .whereRef('run_steps.run_id', '=', 'runs.id')
            .orderBy('run_steps.started_at', 'desc')
            .limit(1)
            .select(['run_steps.step', 'run_steps.percent'])
            .as('step'),
        (join) => join.onTrue(),
      )
      .where('runs.image_id', 'in', imageIds)
      .distinctOn('runs.image_id')
      .orderBy('runs.image_id')
      .orderBy('runs.number', 'desc')
      .select(['runs.image_id', 'runs.id', 'runs.number', 'runs.status', 'step.step', 'step.percent'])
      .select(sql<Verdict | null>`runs.report->>'verdict'`.as('verdict'))
      .select(sql<GuestFacts | null>`runs.report->'guest'`.as('guest'))
      .execute();
    return new Map(
      rows.map(({ image_id, id, number, status, step, percent, verdict, guest }) => [
        image_id,
        { runId: id, number, status, step, percent: percent ?? 0, verdict, guest },
      ]),
    );
  },

  publication: (imageId) =>
    db
      .selectFrom('publications')
      .where('image_id', '=', imageId)
      .select(['bucket', 'key', 'format', 'size', 'sha256'])
      .executeTakeFirst(),

  newRun: (imageId, settings = {}, requestId) =>
    db.transaction().execute(async (trx) => {
      const owner = await trx.selectFrom('images').where('id', '=', imageId).select('project_id').executeTakeFirst();
      const quota = owner && (await lockQuota(trx, limits, owner.project_id));
      const image = await trx
        .selectFrom('images')
        .where('id', '=', imageId)
        .where('deleted_at', 'is', null)
        .select(['status', 'upload_etag', 'verbatim', 'over_quota'])
        .forUpdate()
        .executeTakeFirst();
      const last = await trx
        .selectFrom('runs')
        .where('image_id', '=', imageId)
        .orderBy('number', 'desc')
        .selectAll()
        .executeTakeFirst();
      if (!image?.upload_etag || !last) {
        throw new BootreadyError({
          code: 'conflict',
          message: 'This image has no uploaded bytes yet.',
          remedy: 'Finish its upload; it is processed by itself then.',
        });
      }
      if (!last.finished_at || (image.status !== 'killed' && image.status !== 'queued')) {
        throw new BootreadyError({
          code: 'conflict',
          message: `This image cannot be tried again: it is ${last.finished_at ? image.status : 'being processed'}.`,
          remedy: 'Only images whose last run was rejected, failed or cancelled are tried again.',
        });
      }
      // It counts already: it fits when all that counts does.
      if (quota && image.over_quota) assertFits(quota, { images: 0, bytes: 0 });
      await trx
        .updateTable('images')
        .set({
          status: image.verbatim ? 'saving' : 'queued',
          over_quota: null,
          settings: sql`settings || ${JSON.stringify(settings)}::jsonb` as never,
          updated_at: sql`now()`,
        })
        .where('id', '=', imageId)
        .execute();
      return insertRun(trx, imageId, last.number + 1, requestId);
    }),

  unstartedRuns: async (olderThanSeconds) => {
    const rows = await db
      .selectFrom('runs')
      .where('status', '=', 'queued')
      .where('created_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
      .orderBy('created_at')
      .limit(500)
      .selectAll()
      .execute();
    const found: { image: Image; run: Run }[] = [];
    for (const row of rows) {
      const image = await db
        .selectFrom('images')
        .where('id', '=', row.image_id)
        .where('deleted_at', 'is', null)
        .selectAll()
        .executeTakeFirst();
      if (image) found.push({ image: imageOf(image), run: runOf(row) });
    }
    return found;
  },

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
          remedy: 'Take the protection away first: openstack image set --unprotected ID',
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
          remedy: 'Cancel its run first, or wait until it has ended.',
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
      // A run that still works on it could put something where nobody clears away any more.
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
      .limit(500)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },

  abandoned: async (olderThanSeconds) => {
    const rows = await db
      .selectFrom('images')
      .where('upload_etag', 'is', null)
      .where('deleted_at', 'is', null)
      .where('protected', '=', false)
      .where('updated_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
      .limit(500)
      .selectAll()
      .execute();
    return rows.map(imageOf);
  },
});
