import { type Kysely, sql } from 'kysely';

/** How long a step usually takes is read from the newest of its kind that were done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index run_steps_done on run_steps (step, finished_at desc) where status = 'done'`.execute(db);
}
