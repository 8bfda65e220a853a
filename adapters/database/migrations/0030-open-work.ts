import { type Kysely, sql } from 'kysely';

/** The sweep asks for all open orders and deliveries, those under way included. Few rows are open, so these indexes stay small. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['downloads', 'repairs', 'deliveries']) {
    await sql`
      create index ${sql.raw(`${table}_open_since`)} on ${sql.raw(table)} (created_at) where status in ('queued', 'running')
    `.execute(db);
  }
}
