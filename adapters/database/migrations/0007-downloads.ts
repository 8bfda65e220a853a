import { type Kysely, sql } from 'kysely';

export const up = async (db: Kysely<unknown>): Promise<void> => {
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
    create trigger notify_image after insert or update on downloads for each row execute function notify_image();
  `.execute(db);
};
