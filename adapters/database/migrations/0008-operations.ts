import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Worker processes say now and then that they are there.
    create table workers (
      id text primary key,
      state jsonb not null,
      started_at timestamptz not null default now(),
      seen_at timestamptz not null default now()
    );

    -- Until it has its slot, a step waits.
    alter table run_steps add column working boolean not null default false;

    -- No foreign keys: what was done outlives what it was done to.
    create table audit_log (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      action text not null,
      actor text not null,
      key_id uuid,
      project_id text,
      image_id uuid,
      address text,
      details jsonb not null default '{}'
    );
    create index audit_log_image on audit_log (image_id, id desc);
    create index audit_log_project on audit_log (project_id, id desc);
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is only ever added to';
    end $$;
    create trigger append_only before update or delete or truncate on audit_log
      for each statement execute function refuse_change();
  `.execute(db);
}
