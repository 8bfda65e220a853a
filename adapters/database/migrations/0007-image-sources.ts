import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Images whose bytes come from an address in the internet.
    create table downloads (
      image_id uuid primary key references images,
      url text not null,
      -- "sha256:..." or "sha512:...", as the owner gave it.
      checksum text,
      status text not null default 'queued' check (status in ('queued', 'running', 'handed-over', 'failed', 'cancelled')),
      fence bigint not null default 0,
      received bigint not null default 0,
      -- Null while the server has not said it.
      total bigint,
      failure jsonb,
      -- Of the import that asked for it.
      request_id text,
      created_at timestamptz not null default now(),
      finished_at timestamptz
    );
    create index downloads_open on downloads (created_at) where status = 'queued';

    create or replace function notify_image() returns trigger language plpgsql as $$
    declare
      changed uuid;
    begin
      if tg_table_name = 'images' then changed := new.id;
      elsif tg_table_name in ('runs', 'downloads') then changed := new.image_id;
      else select image_id into changed from runs where id = new.run_id;
      end if;
      perform pg_notify('image', changed::text);
      return null;
    end $$;
    -- What a platform image is one of; the newest one is shown, the others are hidden.
    alter table images add column family text;
    create unique index images_family on images (family)
      where family is not null and visibility = 'public' and not os_hidden and deleted_at is null;

    -- Where the images of a family are fetched from, again and again.
    create table image_sources (
      family text primary key,
      -- Owns what comes of it.
      project_id text not null references projects,
      name text not null,
      url text not null,
      -- What the file must have, or where that stands.
      fixed_checksum text,
      checksum_url text,
      settings jsonb not null default '{}',
      every_seconds integer not null check (every_seconds >= 60),
      -- Of the newest image that was ordered.
      checksum text,
      image_id uuid references images,
      looked_at timestamptz,
      -- Of the last look.
      failure jsonb,
      created_at timestamptz not null default now(),
      check ((fixed_checksum is null) <> (checksum_url is null))
    );

    create trigger notify_image after insert or update on downloads for each row execute function notify_image();
  `.execute(db);
}
