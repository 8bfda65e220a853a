import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table images
      add column visibility text not null default 'shared' check (visibility in ('private', 'shared', 'community', 'public')),
      add column protected boolean not null default false,
      add column os_hidden boolean not null default false,
      add column tags text[] not null default '{}',
      add column min_disk bigint not null default 0 check (min_disk >= 0),
      add column min_ram bigint not null default 0 check (min_ram >= 0),
      add column container_format text,
      add column md5 text,
      add column sha512 text,
      -- Served as they came; the run only looks.
      add column verbatim boolean not null default false,
      add column staged_size bigint,
      -- Who sends the bytes now, and when it was heard of last.
      add column receiving_session uuid,
      add column receiving_at timestamptz,
      add column import_request_id text;
    create index images_visibility on images (visibility) where deleted_at is null and visibility in ('community', 'public');
    -- Its clients list by tag and by property.
    create index images_tags on images using gin (tags);

    create table image_members (
      image_id uuid not null references images,
      member_id text not null,
      status text not null default 'pending' check (status in ('pending', 'accepted', 'rejected')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (image_id, member_id)
    );
    create index image_members_member on image_members (member_id);

    alter table runs add column request_id text;

    -- What was stored verbatim is served before any run has ended, in any format.
    alter table publications
      alter column run_id drop not null,
      alter column fence drop not null,
      drop constraint publications_format_check;
  `.execute(db);
}
