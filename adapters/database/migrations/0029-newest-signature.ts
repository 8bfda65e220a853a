import { type Kysely, sql } from 'kysely';

/** When the newest file of checksums was signed that a source has had: an older one is believed no more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table image_sources add column signed_at timestamptz`.execute(db);
}
