import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { isUnsafeToServe } from '../../shared/checks/verdict.ts';
import type { ImageStatus } from '../../shared/contracts/image.ts';
import type { Report } from '../../shared/contracts/run.ts';
import type { Failure } from '../../shared/errors.ts';
import { minimumDisk } from '../../shared/images/image-properties.ts';
import { isBackup } from '../../shared/images/snapshot.ts';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { makeSupersededError } from './attempts.ts';
import { orderDeliveries } from './delivery-store.ts';
import { json } from './json.ts';
import { limitsFor, readUsage, takeRoom } from './quota.ts';
import type { Database, ImageTable } from './schema.ts';

/** Locks the run's row for the transaction. @throws `superseded` unless the run is open and the fence is its newest. */
async function lockHeldRun(trx: Transaction<Database>, runId: string, fence: number) {
  const run = await trx
    .selectFrom('runs')
    .where('id', '=', runId)
    .where('fence', '=', fence)
    .where('finished_at', 'is', null)
    .select(['id', 'image_id'])
    .forUpdate()
    .executeTakeFirst();
  if (!run) throw makeSupersededError('run');
  return run;
}

/** @param limits of projects that have none of their own */
export function createRunStore(
  db: Kysely<Database>,
  limits: Limits = unlimited,
  traces: Pick<Traces, 'current'> = noTraces,
): RunStore {
  /** The events of a run name the span that caused them. */
  const addTraceparent = () => ({ traceparent: traces.current() ?? null });

  /** A write to a step that only the newest attempt may do; `runs` is checked in the same statement. */
  const isHeld = (runId: string, fence: number) => sql<boolean>`exists (
    select 1 from runs where id = ${runId} and fence = ${fence} and finished_at is null)`;

  return {
    context: async ({ imageId, runId }) => {
      const row = await db
        .selectFrom('images')
        .innerJoin('projects', 'projects.id', 'images.project_id')
        .innerJoin('runs', 'runs.image_id', 'images.id')
        .where('images.id', '=', imageId)
        .where('runs.id', '=', runId)
        .selectAll('images')
        .select([
          'runs.created_at as run_created_at',
          'projects.policy as project_policy',
          'projects.boot_check as project_boot_check',
          'projects.target_format as project_format',
          'projects.targets as project_targets',
          'quota_bytes',
          'quota_images',
          'quota_uploads',
        ])
        .executeTakeFirst();
      if (!row?.upload_etag) throw makeSupersededError('run');
      const { bytes: limit } = limitsFor(row, limits);
      const others = limit === null ? 0 : (await readUsage(db, row.project_id)).bytes - row.held_bytes;
      return {
        imageId,
        runId,
        createdAt: row.run_created_at,
        projectId: row.project_id,
        name: row.name,
        upload: {
          bucket: row.upload_bucket,
          key: row.upload_key,
          size: row.upload_size ?? 0,
          etag: row.upload_etag,
          ...(row.upload_version_id ? { versionId: row.upload_version_id } : {}),
        },
        isVerbatim: row.verbatim,
        containerFormat: row.container_format,
        isBackup: isBackup(row.properties),
        settings: row.settings,
        targetFormat: row.settings.targetFormat ?? row.project_format ?? undefined,
        policy: row.settings.policy ?? row.project_policy ?? undefined,
        bootCheck: row.settings.bootCheck ?? row.project_boot_check ?? undefined,
        quotaLeft: limit === null ? undefined : Math.max(0, limit - others),
        overQuota: row.over_quota ?? undefined,
        targets: row.project_targets ?? undefined,
      };
    },

    beginAttempt: ({ imageId, runId }, worker) =>
      db.transaction().execute(async (trx) => {
        // Every transaction here locks the run before its image. Otherwise two transactions could wait for each other.
        const run = await trx
          .updateTable('runs')
          .set({
            status: 'running',
            worker,
            fence: sql`nextval('run_fence')`,
            started_at: sql`coalesce(started_at, now())`,
          })
          .where('id', '=', runId)
          .where('finished_at', 'is', null)
          .returning('fence')
          .executeTakeFirst();
        const image = await trx
          .updateTable('images')
          // An image that is stored unchanged is `saving` or served already; the run only inspects it.
          .set({ status: sql`case when verbatim then status else 'importing' end`, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where((eb) =>
            eb.or([
              eb('status', 'in', ['queued', 'uploading', 'saving', 'importing', 'killed']),
              eb.and([eb('verbatim', '=', true), eb('status', 'in', ['active', 'deactivated'])]),
            ]),
          )
          .returning('id')
          .executeTakeFirst();
        if (!image || run?.fence == null) throw makeSupersededError('run');
        return { fence: run.fence };
      }),

    stepStarted: async ({ runId, fence }, step, worker, tries) => {
      const row = await db
        .insertInto('run_steps')
        .columns(['run_id', 'step', 'status', 'attempts', 'percent', 'worker', 'started_at'])
        .expression(
          (eb) =>
            eb
              .selectFrom('runs')
              .where('id', '=', runId)
              .where('fence', '=', fence)
              .where('finished_at', 'is', null)
              .select([
                'id',
                sql<string>`${step}::text`.as('step'),
                sql<string>`'running'`.as('status'),
                sql<number>`${tries}::int`.as('attempts'),
                sql<number>`0`.as('percent'),
                sql<string>`${worker}::text`.as('worker'),
                sql<Date>`now()`.as('started_at'),
              ]) as never,
        )
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'step']).doUpdateSet({
            status: 'running',
            attempts: sql`run_steps.attempts + 1`,
            percent: 0,
            worker,
            working: false,
            waits_for: null,
            found: null,
            started_at: sql`now()`,
            finished_at: null,
          }),
        )
        .returning('run_id')
        .executeTakeFirst();
      if (!row) throw makeSupersededError('run');
    },

    stepWaits: async ({ runId, fence }, step, waitsFor) => {
      const { numUpdatedRows } = await db
        .updateTable('run_steps')
        .set({ waits_for: waitsFor })
        .where('run_id', '=', runId)
        .where('step', '=', step)
        .where(isHeld(runId, fence))
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw makeSupersededError('run');
    },

    stepProgress: async ({ runId, fence }, step, percent) => {
      const { numUpdatedRows } = await db
        .updateTable('run_steps')
        // A report that arrives after the end of the step has no effect, but it is not a fencing error.
        .set({
          percent: sql`case status when 'running' then ${percent} else percent end`,
          working: true,
          waits_for: null,
        })
        .where('run_id', '=', runId)
        .where('step', '=', step)
        .where(isHeld(runId, fence))
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw makeSupersededError('run');
    },

    stepEnded: async ({ runId, fence }, step, status, failure, found) => {
      const { numUpdatedRows } = await db
        .updateTable('run_steps')
        .set({
          status,
          message: failure?.message ?? null,
          failure_code: failure?.code ?? null,
          waits_for: null,
          found: found ? json(found) : null,
          finished_at: sql`now()`,
          ...(status === 'done' ? { percent: 100 } : {}),
        })
        .where('run_id', '=', runId)
        .where('step', '=', step)
        // Publish ends the run before its step ends.
        .where(sql<boolean>`exists (select 1 from runs where id = ${runId} and fence = ${fence})`)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw makeSupersededError('run');
    },

    awaitWorker: ({ imageId, runId, fence }) =>
      db.transaction().execute(async (trx) => {
        await lockHeldRun(trx, runId, fence);
        // No worker has the run now, so a worker that stops meanwhile does not affect it.
        await trx.updateTable('runs').set({ worker: null }).where('id', '=', runId).execute();
        await trx
          .insertInto('run_steps')
          .values({ run_id: runId, step: 'convert', status: 'running', attempts: 0, percent: 0, waits_for: 'worker' })
          .onConflict((conflict) => conflict.columns(['run_id', 'step']).doUpdateSet({ waits_for: 'worker' }))
          .execute();
        return trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .select(sql<number>`coalesce(upload_size, 0)`.as('uploadSize'))
          .select(
            sql<boolean>`not exists (
              select 1 from runs other join images theirs on theirs.id = other.image_id
              where theirs.project_id = images.project_id and other.id <> ${runId}
                and other.status = 'running' and other.finished_at is null)`.as('isFirst'),
          )
          .executeTakeFirstOrThrow();
      }),

    saveReport: ({ runId, fence }, report) =>
      db.transaction().execute(async (trx) => {
        await lockHeldRun(trx, runId, fence);
        await trx
          .updateTable('runs')
          .set({ report: json(report) })
          .where('id', '=', runId)
          .execute();
      }),

    admitted: ({ imageId, runId, fence }, serve) =>
      db.transaction().execute(async (trx) => {
        await lockHeldRun(trx, runId, fence);
        const image = await trx
          .updateTable('images')
          .set({
            admitted_at: sql`now()`,
            status: sql`case when status = 'saving' and ${serve === 'now'} then 'active' else status end`,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .where('verbatim', '=', true)
          .where('status', 'in', ['saving', 'active', 'deactivated'])
          .returningAll()
          .executeTakeFirst();
        if (!image) throw makeSupersededError('run');
        if (image.status === 'saving') return;
        await trx
          .insertInto('publications')
          .values({ image_id: imageId, run_id: null, fence: null, ...toObject(image) })
          .onConflict((conflict) => conflict.column('image_id').doNothing())
          .execute();
      }),

    reserve: ({ imageId, runId, fence }, size) =>
      db.transaction().execute(async (trx) => {
        await lockHeldRun(trx, runId, fence);
        const { project_id, held_bytes } = await trx
          .selectFrom('images')
          .where('id', '=', imageId)
          .select(['project_id', 'held_bytes'])
          .executeTakeFirstOrThrow();
        await takeRoom(trx, limits, project_id, size > held_bytes ? { bytes: size - held_bytes } : {});
        const { numUpdatedRows } = await trx
          .updateTable('images')
          .set({ held_bytes: sql`greatest(held_bytes, ${size})` })
          .where('id', '=', imageId)
          .where('status', '=', 'importing')
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw makeSupersededError('run');
      }),

    isPublished: async (runId) =>
      (await db.selectFrom('publications').where('run_id', '=', runId).select('run_id').executeTakeFirst()) !==
      undefined,

    publish: ({ imageId, runId, fence }, { bucket, key, converted, digests, properties = {}, targets = [] }) =>
      db.transaction().execute(async (trx) => {
        // Looked up behind the lock: the same attempt twice at once finds what the other call did.
        await trx.selectFrom('runs').where('id', '=', runId).select('id').forUpdate().executeTakeFirst();
        const done = await trx
          .selectFrom('publications')
          .where('run_id', '=', runId)
          .select('sha256')
          .executeTakeFirst();
        if (done) return;
        await lockHeldRun(trx, runId, fence);
        await trx
          .insertInto('publications')
          .values({
            image_id: imageId,
            run_id: runId,
            fence,
            bucket,
            key,
            format: converted.format,
            size: converted.size,
            sha256: converted.sha256,
          })
          .execute();
        const image = await trx
          .updateTable('images')
          .set({
            status: 'active',
            disk_format: converted.format,
            size: converted.size,
            held_bytes: converted.size,
            virtual_size: converted.virtualSize,
            sha256: converted.sha256,
            container_format: 'bare',
            // An image that the Image API made keeps what its client set: Terraform would see a difference.
            properties: sql`case when import_request_id is null then ${JSON.stringify(properties)}::jsonb || properties else properties end`,
            min_disk: sql`case when import_request_id is null then greatest(min_disk, ${minimumDisk(converted.virtualSize)}) else min_disk end`,
            md5: digests?.md5 ?? null,
            // Its clients compare by SHA-256: one more digest of every byte would cost as much as all others.
            sha512: null,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .where('status', '=', 'importing')
          .returning(['project_id', 'name', 'status'])
          .executeTakeFirst();
        if (!image) throw makeSupersededError('run');
        const { format, size, sha256 } = converted;
        await endPublished(
          trx,
          { ...image, ...addTraceparent(), imageId, runId },
          { bucket, key, format, size, sha256 },
          targets,
        );
      }),

    approve: ({ imageId, runId, fence }, targets = []) =>
      db.transaction().execute(async (trx) => {
        const open = await trx
          .selectFrom('runs')
          .where('id', '=', runId)
          .select('status')
          .forUpdate()
          .executeTakeFirst();
        if (open?.status === 'published') return;
        await lockHeldRun(trx, runId, fence);
        const image = await trx
          .updateTable('images')
          .set({ status: sql`case status when 'saving' then 'active' else status end`, updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where('verbatim', '=', true)
          // If this version has not admitted it, the attempt starts again and admits it.
          .where('admitted_at', 'is not', null)
          .where('status', 'in', ['saving', 'active', 'deactivated'])
          .returningAll()
          .executeTakeFirst();
        if (!image) throw makeSupersededError('run');
        const object = toObject(image);
        await trx
          .insertInto('publications')
          .values({ image_id: imageId, run_id: runId, fence, ...object })
          .onConflict((conflict) => conflict.column('image_id').doUpdateSet({ run_id: runId, fence }))
          .execute();
        await endPublished(trx, { ...image, ...addTraceparent(), imageId, runId }, object, targets);
      }),

    finish: ({ imageId, runId }, end) =>
      db.transaction().execute(async (trx) => {
        const run = await trx
          .updateTable('runs')
          .set({
            status: end.status,
            finished_at: sql`now()`,
            ...(end.status === 'rejected' ? { report: json(end.report) } : {}),
            ...(end.status === 'failed' ? { failure: json(end.failure) } : {}),
          })
          .where('id', '=', runId)
          .where('finished_at', 'is', null)
          .returning('id')
          .executeTakeFirst();
        if (!run) return;
        await trx
          .updateTable('run_steps')
          .set({ status: end.status === 'cancelled' ? 'cancelled' : 'failed', finished_at: sql`now()` })
          .where('run_id', '=', runId)
          .where('status', '=', 'running')
          .execute();
        const image = await trx
          .updateTable('images')
          .set({ status: statusAfter(end), held_bytes: computeHeldBytes(end), updated_at: sql`now()` })
          .where('id', '=', imageId)
          .where((eb) =>
            eb.or([
              eb('status', 'in', ['queued', 'saving', 'uploading', 'importing']),
              eb.and([eb('verbatim', '=', true), eb('status', 'in', ['active', 'deactivated'])]),
            ]),
          )
          .returning(['project_id', 'name', 'status'])
          .executeTakeFirst();
        if (!image) return;
        await announce(trx, { ...image, ...addTraceparent(), imageId, runId }, `image.${end.status}`, {
          ...toDetails(end),
          status: image.status,
        });
      }),
  };
}

/** The object of an image that is served unchanged. */
function toObject(image: Selectable<ImageTable>) {
  return {
    bucket: image.upload_bucket,
    key: image.upload_key,
    format: image.disk_format ?? 'raw',
    size: image.size ?? 0,
    sha256: image.sha256 ?? '',
  };
}

type Unpublished =
  | { status: 'rejected'; report: Report }
  | { status: 'failed'; failure: Failure }
  | { status: 'cancelled' };

/** An image that is already served stays so, unless that is unsafe. An image that is stored unchanged has its bytes and is not `queued` again. */
function statusAfter(end: Unpublished) {
  const unsafe = end.status === 'rejected' && isUnsafeToServe(end.report.findings);
  return sql<ImageStatus>`case
    when verbatim and status in ('active', 'deactivated') then ${unsafe ? sql`'deactivated'` : sql`status`}
    when not verbatim and ${end.status === 'cancelled'} then 'queued'
    else 'killed' end`;
}

/** Nothing is published: what is left is the upload, unless that is what went. */
function computeHeldBytes(end: Unpublished) {
  const gone =
    end.status === 'failed' && (end.failure.code === 'object-changed' || end.failure.code === 'object-missing');
  return gone ? 0 : sql<number>`coalesce(upload_size, 0)`;
}

function toDetails(end: Unpublished): object {
  if (end.status === 'cancelled') return {};
  if (end.status === 'failed') return { failure: end.failure };
  const failed = end.report.findings.filter(({ outcome }) => outcome === 'fail').map(({ code }) => code);
  return { verdict: 'reject', failed };
}

type Subject = { project_id: string; name: string; imageId: string; runId: string; traceparent: string | null };

/** The run's end, its news and where it goes next, after the image has become what it is now. */
async function endPublished(
  trx: Transaction<Database>,
  image: Subject & { status: ImageStatus },
  { bucket, key, ...object }: { bucket: string; key: string; format: string; size: number; sha256: string },
  targets: readonly string[],
): Promise<void> {
  await orderDeliveries(trx, image.imageId, targets);
  const { report } = await trx
    .updateTable('runs')
    .set({ status: 'published', finished_at: sql`now()` })
    .where('id', '=', image.runId)
    .returning('report')
    .executeTakeFirstOrThrow();
  const { status } = image;
  await announce(trx, image, 'image.published', {
    status,
    verdict: report?.verdict,
    location: { bucket, key },
    ...object,
  });
}

async function announce(trx: Transaction<Database>, subject: Subject, type: string, details: object): Promise<void> {
  const { project_id, name, imageId, runId, traceparent } = subject;
  const payload = json({ imageId, runId, projectId: project_id, name, ...details });
  await trx.insertInto('outbox').values({ project_id, image_id: imageId, type, payload, traceparent }).execute();
}
