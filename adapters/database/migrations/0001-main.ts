import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence run_fence;

    create table projects (
      id text primary key,
      key_prefix text not null unique check (key_prefix like '%/'),
      target_format text check (target_format in ('raw', 'qcow2', 'keep')),
      policy text check (policy in ('enforce', 'warn')),
      quota_bytes bigint check (quota_bytes > 0),
      created_at timestamptz not null default now()
    );

    create table api_keys (
      id uuid primary key default gen_random_uuid(),
      project_id text not null references projects,
      name text not null,
      hash bytea not null unique,
      hint text not null,
      role text not null check (role in ('reader', 'member', 'admin')),
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    );

    create table images (
      id uuid primary key default gen_random_uuid(),
      project_id text not null references projects,
      name text not null,
      status text not null default 'queued' check (status in
        ('queued', 'saving', 'uploading', 'importing', 'active', 'deactivated', 'killed', 'deleted', 'pending_delete')),
      settings jsonb not null default '{}',
      properties jsonb not null default '{}',
      upload_bucket text not null,
      upload_key text not null,
      upload_etag text,
      upload_version_id text,
      upload_size bigint,
      multipart_id text,
      disk_format text,
      size bigint,
      virtual_size bigint,
      sha256 text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      deleted_at timestamptz
    );
    -- The same bytes at the same key are one image; a key that was announced belongs to one image until bytes come.
    create unique index images_upload on images
      (upload_bucket, upload_key, coalesce(upload_version_id, upload_etag, '')) where deleted_at is null;
    create index images_project on images (project_id, created_at desc, id);

    create table upload_events (
      id bigint generated always as identity primary key,
      source text not null,
      fingerprint text not null unique,
      event_name text not null,
      bucket text not null,
      key text not null,
      etag text,
      version_id text,
      sequencer text,
      raw jsonb not null,
      deliveries integer not null default 1,
      received_at timestamptz not null default now(),
      outcome text not null default 'received' check (outcome in
        ('received', 'started', 'duplicate', 'no-object', 'ignored', 'failed')),
      detail text,
      image_id uuid references images,
      settled_at timestamptz
    );
    create index upload_events_open on upload_events (received_at) where settled_at is null;

    create table runs (
      id uuid primary key default gen_random_uuid(),
      image_id uuid not null references images,
      number integer not null,
      workflow_id text not null unique,
      status text not null default 'queued' check (status in
        ('queued', 'running', 'published', 'rejected', 'failed', 'cancelled')),
      fence bigint,
      worker text,
      report jsonb,
      failure jsonb,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      unique (image_id, number)
    );
    -- One image is worked on by one run at a time.
    create unique index runs_open on runs (image_id) where finished_at is null;

    create table run_steps (
      run_id uuid not null references runs,
      step text not null check (step in ('admit', 'convert', 'inspect', 'boot-check', 'publish')),
      status text not null check (status in ('running', 'done', 'failed', 'cancelled')),
      attempts integer not null default 1,
      percent double precision not null default 0 check (percent between 0 and 100),
      worker text,
      message text,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      primary key (run_id, step)
    );

    create table publications (
      image_id uuid primary key references images,
      run_id uuid not null unique references runs,
      fence bigint not null,
      bucket text not null,
      key text not null,
      format text not null check (format in ('raw', 'qcow2')),
      size bigint not null,
      sha256 text not null,
      published_at timestamptz not null default now(),
      unique (bucket, key)
    );

    create table outbox (
      id uuid primary key default gen_random_uuid(),
      project_id text not null references projects,
      image_id uuid not null references images,
      type text not null,
      payload jsonb not null,
      created_at timestamptz not null default now(),
      relayed_at timestamptz
    );
    create index outbox_open on outbox (created_at) where relayed_at is null;

    create table webhooks (
      id uuid primary key default gen_random_uuid(),
      project_id text not null references projects,
      url text not null,
      secret text not null,
      created_at timestamptz not null default now(),
      disabled_at timestamptz
    );

    create table webhook_deliveries (
      id uuid primary key default gen_random_uuid(),
      outbox_id uuid not null references outbox,
      webhook_id uuid not null references webhooks,
      status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
      attempts integer not null default 0,
      last_status integer,
      last_error text,
      created_at timestamptz not null default now(),
      settled_at timestamptz,
      unique (outbox_id, webhook_id)
    );

    -- Whoever watches an image listens on channel "image"; the payload is its id and no more.
    create function notify_image() returns trigger language plpgsql as $$
    declare
      changed uuid;
    begin
      if tg_table_name = 'images' then changed := new.id;
      elsif tg_table_name = 'runs' then changed := new.image_id;
      else select image_id into changed from runs where id = new.run_id;
      end if;
      perform pg_notify('image', changed::text);
      return null;
    end $$;
    create trigger notify_image after insert or update on images for each row execute function notify_image();
    create trigger notify_image after insert or update on runs for each row execute function notify_image();
    create trigger notify_image after insert or update on run_steps for each row execute function notify_image();
  `.execute(db);
}
