import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table run_steps add column waits_for text check (waits_for in ('scratch'))`.execute(db);
}
