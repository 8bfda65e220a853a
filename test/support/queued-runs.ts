import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Database } from '../../adapters/database/schema.ts';
import { connectTemporal, registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { createRunStarter } from '../../adapters/temporal/run-starter.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { eventually } from './eventually.ts';
import type { QueuedWork } from './queued-worker.ts';
import { type RunNames, someObject, uploadedImage } from './samples.ts';
import { freshNamespace } from './temporal-namespace.ts';

/** When an image got where, in milliseconds since 1970. */
export type Way = {
  imageId: string;
  runId: string;
  projectId: string;
  status: string;
  worker: string | null;
  /** How often its steps were begun, in all. */
  tries: number;
  queuedAt: number;
  /** A worker has it. */
  begunAt: number;
  convertedAt: number;
  publishedAt: number;
};

/** Runs of images that are there in rows only, and workers whose steps touch no bytes (queued-worker.ts). Temporal and Postgres are real. */
export async function openQueue(database: { url: string; db: Kysely<Database> }, address: string) {
  const { db } = database;
  const namespace = await freshNamespace(address);
  const client = connectTemporal({ address, namespace });
  await eventually(() => registerSearchAttributes(client, namespace).then(() => true), {
    within: 60,
    what: 'the search attributes are registered',
  });
  const timings = { heartbeatSeconds: 30, claimSeconds: 60, stepHours: 1 };
  const starter = createRunStarter(client, timings);
  const workers: ChildProcess[] = [];

  return {
    client,
    /** Announces so many images, in their order. */
    add: async (project: Project, count: number): Promise<RunNames[]> => {
      const names: RunNames[] = [];
      for (let index = 0; index < count; index++) {
        const { image, run } = await uploadedImage(db, project, someObject(project));
        const name = { imageId: image.id, runId: run.id };
        await eventually(
          () =>
            starter
              .start({ workflowId: run.workflowId, ...name, projectId: project.id, name: image.name })
              .then(() => true),
          { within: 60, what: 'the run can be started' },
        );
        names.push(name);
      }
      return names;
    },
    /** Starts a worker process, and waits until it has begun to serve. */
    serve: async (work: Pick<QueuedWork, 'workerId' | 'dir' | 'slots' | 'stepMs'>): Promise<ChildProcess> => {
      const { claimSeconds } = timings;
      const input: QueuedWork = { ...work, claimSeconds, temporal: { address, namespace }, databaseUrl: database.url };
      const child = spawn(process.execPath, [join(import.meta.dirname, 'queued-worker.ts'), JSON.stringify(input)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      workers.push(child);
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      return child;
    },
    left: async (): Promise<number> => {
      const { count } = await db
        .selectFrom('runs')
        .where('finished_at', 'is', null)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    ways: async (): Promise<Way[]> => {
      const rows = await db
        .selectFrom('runs')
        .innerJoin('images', 'images.id', 'runs.image_id')
        .innerJoin('run_steps as convert', (join) =>
          join.onRef('convert.run_id', '=', 'runs.id').on('convert.step', '=', 'convert'),
        )
        .orderBy('runs.finished_at')
        .select(['images.id as imageId', 'runs.id as runId', 'images.project_id as projectId', 'runs.status'])
        .select(['runs.worker', 'runs.created_at', 'runs.finished_at'])
        .select(['convert.started_at as begun_at', 'convert.finished_at as converted_at'])
        .select((eb) =>
          eb
            .selectFrom('run_steps')
            .whereRef('run_steps.run_id', '=', 'runs.id')
            .select(({ fn }) => fn.sum<number>('attempts').as('tries'))
            .as('tries'),
        )
        .execute();
      return rows.map(({ created_at, begun_at, finished_at, converted_at, tries, ...row }) => ({
        ...row,
        tries: Number(tries),
        queuedAt: created_at.getTime(),
        begunAt: begun_at.getTime(),
        convertedAt: converted_at?.getTime() ?? Number.NaN,
        publishedAt: finished_at?.getTime() ?? Number.NaN,
      }));
    },
    close: async (): Promise<void> => {
      for (const worker of workers) {
        if (worker.exitCode !== null) continue;
        worker.kill('SIGTERM');
        await once(worker, 'exit');
      }
      await client.close();
    },
  };
}

/** How many images were between two points of their way at once, at most. */
export function mostBetween(ways: readonly Way[], from: 'begunAt' | 'convertedAt', to: 'publishedAt'): number {
  const changes = ways
    .flatMap((way) => [
      { at: way[from], by: 1 },
      { at: way[to], by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
