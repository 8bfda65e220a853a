import { type Kysely, sql } from 'kysely';
import type { RunStatus, WaitsFor } from '../../shared/contracts/run.ts';
import { type Step, steps } from '../../shared/contracts/step.ts';
import type { RunStep } from '../../shared/ports/images.ts';
import type { EndedRun, OpenRun, OperationsStore } from '../../shared/ports/operations.ts';
import type { Database } from './schema.ts';

/** From fewer steps nothing is concluded. */
const fewestKnown = 5;

function oldestSeconds(column: 'received_at' | 'created_at') {
  return sql<number>`coalesce(extract(epoch from now() - min(${sql.ref(column)})), 0)::float8`;
}

export function createOperationsStore(db: Kysely<Database>): OperationsStore {
  return {
    openRuns: async (limit) => {
      const rows = await db
        .selectFrom('runs')
        .innerJoin('images', 'images.id', 'runs.image_id')
        .leftJoin('workers', 'workers.id', 'runs.worker')
        .leftJoinLateral(
          (eb) =>
            eb
              .selectFrom('run_steps')
              .whereRef('run_steps.run_id', '=', 'runs.id')
              .orderBy('run_steps.started_at', 'desc')
              .limit(1)
              .select([
                'run_steps.step',
                'run_steps.status as step_status',
                'run_steps.attempts',
                'run_steps.percent',
                'run_steps.worker as step_worker',
                'run_steps.message',
                'run_steps.failure_code',
                'run_steps.working',
                'run_steps.waits_for',
                'run_steps.started_at as step_started_at',
                'run_steps.finished_at as step_finished_at',
              ])
              .as('latest'),
          (join) => join.onTrue(),
        )
        .where('runs.finished_at', 'is', null)
        .orderBy('runs.created_at')
        .limit(limit)
        .select(['images.id as image_id', 'images.name as image_name', 'images.project_id', 'runs.id as run_id'])
        .select(['runs.number', 'runs.workflow_id', 'runs.status', 'runs.worker', 'runs.created_at', 'runs.started_at'])
        .select('workers.seen_at as worker_seen_at')
        .selectAll('latest')
        .execute();
      return rows.map(
        (row): OpenRun => ({
          imageId: row.image_id,
          imageName: row.image_name,
          projectId: row.project_id,
          runId: row.run_id,
          number: row.number,
          workflowId: row.workflow_id,
          status: row.status as OpenRun['status'],
          worker: row.worker,
          createdAt: row.created_at,
          startedAt: row.started_at,
          workerSeenAt: row.worker_seen_at,
          step: row.step === null ? null : toStep(row as StepColumns),
        }),
      );
    },

    usualSeconds: async () => {
      const { rows } = await sql<{ step: Step; span: [number, number] }>`
        select kind.step, known.span
        from unnest(${[...steps]}::text[]) kind (step)
        cross join lateral (
          select percentile_cont(array[0.1, 0.9]) within group (order by seconds) as span, count(*) as count
          from (
            select extract(epoch from finished_at - started_at)::float8 as seconds from run_steps
            where run_steps.step = kind.step and status = 'done' order by finished_at desc limit 100
          ) newest
        ) known
        where known.count >= ${fewestKnown}`.execute(db);
      return Object.fromEntries(rows.map(({ step, span: [from, to] }) => [step, { from, to }]));
    },

    endedRuns: async (since, limit) => {
      const seconds = sql<number | null>`extract(epoch from runs.finished_at - runs.started_at)::float8`;
      const ended = db.selectFrom('runs').where('runs.finished_at', '>=', since);
      const [totals, rows] = await Promise.all([
        ended
          .groupBy('runs.status')
          .select((eb) => ['runs.status', eb.fn.countAll<number>().as('count')])
          .select(sql<number | null>`percentile_cont(0.5) within group (order by ${seconds})`.as('median'))
          .select(sql<number | null>`max(${seconds})`.as('slowest'))
          .execute(),
        ended
          .innerJoin('images', 'images.id', 'runs.image_id')
          .where('runs.status', 'in', ['rejected', 'failed', 'cancelled'])
          .orderBy('runs.finished_at', 'desc')
          .limit(limit)
          .select(['images.id as image_id', 'images.name as image_name', 'images.project_id', 'runs.failure'])
          .select(['runs.number', 'runs.workflow_id', 'runs.status', 'runs.finished_at', seconds.as('seconds')])
          .execute(),
      ]);
      const find = (status: RunStatus) => totals.find((each) => each.status === status);
      const count = (status: RunStatus): number => Number(find(status)?.count ?? 0);
      return {
        counts: {
          published: count('published'),
          rejected: count('rejected'),
          failed: count('failed'),
          cancelled: count('cancelled'),
        },
        medianSeconds: find('published')?.median ?? null,
        slowestSeconds: find('published')?.slowest ?? null,
        unpublished: rows.map((row) => ({
          imageId: row.image_id,
          imageName: row.image_name,
          projectId: row.project_id,
          number: row.number,
          workflowId: row.workflow_id,
          status: row.status as EndedRun['status'],
          seconds: row.seconds,
          finishedAt: row.finished_at as Date,
          failure: row.failure,
        })),
      };
    },

    backlogs: async () => {
      const [events, messages] = await Promise.all([
        db
          .selectFrom('upload_events')
          .where('settled_at', 'is', null)
          .select((eb) => [eb.fn.countAll<number>().as('count'), oldestSeconds('received_at').as('oldestSeconds')])
          .executeTakeFirstOrThrow(),
        db
          .selectFrom('webhook_deliveries')
          .where('status', '=', 'pending')
          .select((eb) => [eb.fn.countAll<number>().as('count'), oldestSeconds('created_at').as('oldestSeconds')])
          .executeTakeFirstOrThrow(),
      ]);
      return { events, messages };
    },
  };
}

type StepColumns = Pick<RunStep, 'step' | 'attempts' | 'percent' | 'message'> & {
  working: boolean;
  waits_for: WaitsFor | null;
  failure_code: string | null;
  step_status: RunStep['status'];
  step_worker: string | null;
  step_started_at: Date;
  step_finished_at: Date | null;
};

function toStep(row: StepColumns): NonNullable<OpenRun['step']> {
  return {
    hasSlot: row.working,
    ...(row.waits_for ? { waitsFor: row.waits_for } : {}),
    failureCode: row.failure_code,
    step: row.step,
    status: row.step_status,
    attempts: row.attempts,
    percent: row.percent,
    worker: row.step_worker,
    message: row.message,
    startedAt: row.step_started_at,
    finishedAt: row.step_finished_at,
  };
}
