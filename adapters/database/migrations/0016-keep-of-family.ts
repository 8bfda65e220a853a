import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- How many earlier images of the family stay; null keeps all.
    alter table image_sources add column keep integer check (keep >= 0);
    -- Of what a source has ordered: only that is the source's to delete.
    alter table downloads add column source_family text;
  `.execute(db);
}
