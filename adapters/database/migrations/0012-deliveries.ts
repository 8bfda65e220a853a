import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Where the images of a project go further; null follows the installation.
    alter table projects add column targets text[];

    -- A published image on its way to one target.
    create table deliveries (
      id uuid primary key default gen_random_uuid(),
      image_id uuid not null references images,
      target text not null,
      -- How often it was asked for: each time is a workflow of its own.
      number integer not null default 1,
      status text not null default 'queued' check (status in ('queued', 'running', 'done', 'failed')),
      fence bigint not null default 0,
      attempts integer not null default 0,
      percent double precision not null default 0 check (percent between 0 and 100),
      worker text,
      location text,
      failure jsonb,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      unique (image_id, target)
    );
    create index deliveries_queued on deliveries (created_at) where status = 'queued';

    alter table deliveries enable row level security;
    grant select, insert, update on deliveries to bootready_project;
    create policy of_own_image on deliveries to bootready_project
      using (exists (select from images i where i.id = image_id and i.project_id = (select acting_project())));

    create function notify_delivery() returns trigger language plpgsql as $$
    begin
      perform pg_notify('image', new.image_id::text);
      return null;
    end $$;
    create trigger notify_delivery after insert or update on deliveries for each row execute function notify_delivery();
  `.execute(db);
}
