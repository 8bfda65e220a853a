import { type Kysely, sql } from 'kysely';

/** What a step has found, from the moment it ends: the report comes only when all have. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table run_steps add column found jsonb`.execute(db);
}
