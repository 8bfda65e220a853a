import type { Client } from '@temporalio/client';
import { type Kysely, sql } from 'kysely';
import type { Config } from '../shared/config.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { Database } from './database/schema.ts';
import type { Queues } from './queues/bullmq.ts';

/** Long enough that probes cost nothing, short enough that their answer is current. */
const keptMs = 5000;
const patienceMs = 3000;

type Parts = { config: Config; db: Kysely<Database>; queues: Queues; temporal: Client; store: ObjectStore };

async function within(work: Promise<unknown>): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, patienceMs, false).unref());
  return Promise.race([work.then(() => true), late]).catch(() => false);
}

/** Asks every server that an installation needs whether it answers. */
export function installationHealth({ config, db, queues, temporal, store }: Parts) {
  const ask = async (): Promise<Record<string, boolean>> => {
    const [database, redis, workflows, objectStore] = await Promise.all([
      within(sql`select 1`.execute(db)),
      within(Promise.all(queues.all.map((queue) => queue.getJobCounts('waiting')))),
      within(temporal.workflowService.describeNamespace({ namespace: config.TEMPORAL_NAMESPACE })),
      within(store.bucketExists(config.UPLOADS_BUCKET)),
    ]);
    return { database, redis, temporal: workflows, 'object-store': objectStore };
  };
  let kept: { at: number; answer: Promise<Record<string, boolean>> } | undefined;
  return (): Promise<Record<string, boolean>> => {
    if (!kept || Date.now() - kept.at > keptMs) kept = { at: Date.now(), answer: ask() };
    return kept.answer;
  };
}
