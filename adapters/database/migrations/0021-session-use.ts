import { type Kysely, sql } from 'kysely';

/** Processes that do not know these columns yet make sessions without a name for their browser, which end after the idle time too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      -- What it is called by its owner's other sessions; the hash is never told.
      add column id uuid not null default gen_random_uuid() unique,
      add column last_used_at timestamptz not null default now(),
      -- Where it was last used from.
      add column address text,
      -- "Firefox, Linux".
      add column browser text;
    create index sessions_key on sessions (key_id);
    create index sessions_subject on sessions (subject)`.execute(db);
}
