import { type Kysely, sql } from 'kysely';
import { steps as stepOrder } from '../../shared/contracts/step.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { assertFits, type Limits } from '../../shared/limits/quota.ts';
import { assertWithin } from '../../shared/limits/request-limits.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageOrderState, ImageStore, LatestRun, Run, RunStep } from '../../shared/ports/images.ts';
import { insertRun, lockImage, toImage, toRun } from './image-records.ts';
import { lockQuotaOfImage } from './quota.ts';
import type { Database } from './schema.ts';

/** https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT */
const largestNumber = 2 ** 31 - 1;

/** The runs of images: earlier ones, and a new one. */
export function createImageRuns(
  db: Kysely<Database>,
  limits: Limits,
): Pick<
  ImageStore,
  'runs' | 'run' | 'steps' | 'listSteps' | 'latestRuns' | 'orders' | 'newRun' | 'openRuns' | 'inAdmission'
> {
  const listSteps: ImageStore['listSteps'] = async (runIds) => {
    const rows = await db
      .selectFrom('run_steps')
      .where(sql<boolean>`run_id = any(${runIds}::uuid[])`)
      .selectAll()
      .execute();
    // Not by time: an attempt that moved to another worker does the first steps again after the later ones.
    rows.sort((a, b) => stepOrder.indexOf(a.step) - stepOrder.indexOf(b.step));
    const found = new Map<string, RunStep[]>();
    for (const row of rows) {
      const step = {
        step: row.step,
        status: row.status,
        attempts: row.attempts,
        percent: row.percent,
        worker: row.worker,
        message: row.message,
        ...(row.waits_for ? { waitsFor: row.waits_for } : {}),
        ...(row.found ? { found: row.found } : {}),
        startedAt: row.started_at,
        finishedAt: row.finished_at,
      };
      found.set(row.run_id, [...(found.get(row.run_id) ?? []), step]);
    }
    return found;
  };

  return {
    runs: async (imageId) => {
      const rows = await db
        .selectFrom('runs')
        .where('image_id', '=', imageId)
        .orderBy('number', 'desc')
        .selectAll()
        .execute();
      return rows.map(toRun);
    },

    run: async (imageId, which) => {
      // No run has a number that the type of the column cannot hold.
      if (typeof which === 'number' && which > largestNumber) return undefined;
      const row = await db
        .selectFrom('runs')
        .where('image_id', '=', imageId)
        .$if(typeof which === 'number', (query) => query.where('number', '=', which as number))
        .$if(which === 'published', (query) => query.where('status', '=', 'published'))
        .$if(which === 'reported', (query) => query.where('report', 'is not', null))
        .orderBy('number', 'desc')
        .limit(1)
        .selectAll()
        .executeTakeFirst();
      return row && toRun(row);
    },

    steps: async (runId) => (await listSteps([runId])).get(runId) ?? [],
    listSteps,

    latestRuns: async (imageIds) => {
      if (imageIds.length === 0) return new Map();
      const { rows } = await sql<LatestRun & { imageId: string; percent: number | null }>`
      select ids.id as "imageId", run.id as "runId", run.number, run.status, step.step, step.percent, step.status as "stepStatus", run.verdict,
        step.waits_for as "waitsFor",
        coalesce(run.guest, (select found -> 'guest' from run_steps where run_id = run.id and run_steps.step = 'inspect')) as guest,
        jsonb_path_query_array(run.report, '$.findings[*] ? (@.outcome != "pass" || @.step == "boot-check")') as findings
      from unnest(${imageIds}::uuid[]) ids (id)
      cross join lateral (select * from runs where image_id = ids.id order by number desc limit 1) run
      left join lateral (select * from run_steps where run_id = run.id order by started_at desc limit 1) step on true`.execute(
        db,
      );
      return new Map(rows.map(({ imageId, ...run }) => [imageId, { ...run, percent: run.percent ?? 0 }]));
    },

    orders: async (imageIds) => {
      if (imageIds.length === 0) return new Map();
      const { rows } = await sql<ImageOrderState & { imageId: string }>`
      select image_id as "imageId", 'repair' as kind, status, null::bigint as received, null::bigint as total
      from repairs where image_id = any(${imageIds}::uuid[])
      union all
      select image_id, 'download', status, received, total from downloads where image_id = any(${imageIds}::uuid[])`.execute(
        db,
      );
      return new Map(rows.map(({ imageId, ...order }) => [imageId, order]));
    },

    newRun: (imageId, settings = {}, requestId) =>
      db.transaction().execute(async (trx) => {
        const quota = await lockQuotaOfImage(trx, limits, imageId);
        const image = await lockImage(trx, imageId)
          .select(['status', 'upload_etag', 'verbatim', 'over_quota'])
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
            message: 'This image has no uploaded data yet.',
            remedy: 'Finish its upload. Processing then starts automatically.',
          });
        }
        if (!last.finished_at || (image.status !== 'killed' && image.status !== 'queued')) {
          throw new BootreadyError({
            code: 'conflict',
            message: `This image cannot be retried: it is ${last.finished_at ? image.status : 'being processed'}.`,
            remedy: 'Only an image whose last run was rejected, failed or cancelled can be retried.',
          });
        }
        // Each view and each change of an image shows all of its runs, so their number is limited.
        assertWithin('runs', last.number + 1);
        // It counts already: it fits when all that counts does.
        if (quota && image.over_quota) assertFits(quota, { images: 0, bytes: 0 });
        await trx
          .updateTable('images')
          .set({
            status: image.verbatim ? 'saving' : 'queued',
            // Each run sees for itself.
            admitted_at: null,
            over_quota: null,
            settings: sql`settings || ${JSON.stringify(settings)}::jsonb` as never,
            updated_at: sql`now()`,
          })
          .where('id', '=', imageId)
          .execute();
        return insertRun(trx, imageId, last.number + 1, requestId);
      }),

    openRuns: async (olderThanSeconds) => {
      const rows = await db
        .selectFrom('runs')
        .where('finished_at', 'is', null)
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
        if (image) found.push({ image: toImage(image), run: toRun(row) });
      }
      return found;
    },

    inAdmission: async (runIds) => {
      const rows = await db
        .selectFrom('runs')
        .where('id', 'in', runIds)
        .where('finished_at', 'is', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('run_steps')
                .whereRef('run_id', '=', 'runs.id')
                .where('step', '=', 'admit')
                .where('finished_at', 'is not', null),
            ),
          ),
        )
        .select('id')
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}
