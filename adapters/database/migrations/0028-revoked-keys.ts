import { type Kysely, sql } from 'kysely';

/** The API may revoke keys. It must not be able to undo that, whoever has taken it over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_undone_revocation() returns trigger language plpgsql as $$ begin
      raise exception 'a revoked key stays revoked' using errcode = 'insufficient_privilege';
    end $$;
    create trigger stays_revoked before update on api_keys for each row
      when (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
      execute function refuse_undone_revocation();
  `.execute(db);
}
