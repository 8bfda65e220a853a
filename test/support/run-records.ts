import type { Kysely } from 'kysely';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { Database } from '../../adapters/database/schema.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { type RunNames, toNames, uploadedImage } from './samples.ts';

/** All that Postgres holds of one run, to see what a call changed, and that another changed nothing. */
export function runRecords(db: Kysely<Database>) {
  const images = createImageStore(db);
  const records = {
    image: ({ imageId }: RunNames) => images.get(imageId, undefined),
    row: async ({ imageId, runId }: RunNames) => (await images.runs(imageId)).find(({ id }) => id === runId),
    steps: ({ runId }: RunNames) => images.steps(runId),
    publications: ({ imageId }: RunNames) =>
      db.selectFrom('publications').where('image_id', '=', imageId).selectAll().execute(),
    outbox: ({ imageId }: RunNames) =>
      db.selectFrom('outbox').where('image_id', '=', imageId).select(['type', 'payload']).execute(),
  };
  const everything = async (run: RunNames) => ({
    image: await records.image(run),
    row: await records.row(run),
    steps: await records.steps(run),
    publications: await records.publications(run),
    outbox: await records.outbox(run),
  });
  return { ...records, everything };
}

/** A run that nobody has begun. */
export async function queuedRun(db: Kysely<Database>, project: Project): Promise<RunNames> {
  return toNames((await uploadedImage(db, project)).run);
}

/** A run that a worker has begun. */
export async function begunRun(
  db: Kysely<Database>,
  project: Project,
  worker = 'worker-1',
): Promise<{ run: RunNames; fence: number }> {
  const run = await queuedRun(db, project);
  return { run, ...(await createRunStore(db).beginAttempt(run, worker)) };
}

/** As a worker does when it has found bytes that are kept as they came to be safe: what was sent by PUT .../file is served. */
export async function admitSent(
  db: Kysely<Database>,
  imageId: string,
  serve: 'now' | 'after the verdict' = 'now',
): Promise<{ names: RunNames; fence: number }> {
  const run = await db.selectFrom('runs').where('image_id', '=', imageId).select('id').executeTakeFirstOrThrow();
  const names = { imageId, runId: run.id };
  const runs = createRunStore(db);
  const { fence } = await runs.beginAttempt(names, 'worker');
  await runs.admitted({ ...names, fence }, serve);
  return { names, fence };
}
