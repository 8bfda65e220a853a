import { type Kysely, sql } from 'kysely';

/** A run that is admitted waits for a worker that has room. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run_steps drop constraint run_steps_waits_for_check;
    alter table run_steps add check (waits_for in ('scratch', 'worker'));`.execute(db);
}
