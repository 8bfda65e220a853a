import { type Kysely, sql } from 'kysely';

/** Sessions of users of the issuer beside those of keys. Processes that do not know them yet find none: they join the key. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      alter column key_id drop not null,
      add column subject text,
      add column name text,
      add column project_id text references projects (id) on delete cascade,
      add column projects text[],
      add column role text check (role in ('reader', 'member', 'admin')),
      add column sealed bytea,
      add column renew_at timestamptz,
      add column renewing_until timestamptz,
      add constraint sessions_key_or_user check (
        num_nonnulls(subject, name, project_id, projects, role, sealed) = case when key_id is null then 6 else 0 end
      )`.execute(db);
}
