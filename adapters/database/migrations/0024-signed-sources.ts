import { type Kysely, sql } from 'kysely';

/** Files of checksums that must be signed: with which keys, and where the signature is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table image_sources
    add column signing_keys text,
    add column signature_url text,
    add constraint signature_needs_keys check (signature_url is null or signing_keys is not null)`.execute(db);
}
