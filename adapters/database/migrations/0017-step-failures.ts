import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- What kind of failure the last try of a step ended in (shared/errors.ts), beside its message: operators are told whose fault it is.
    alter table run_steps add column failure_code text;
  `.execute(db);
}
