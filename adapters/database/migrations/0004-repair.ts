import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- How an image was made from another one.
    create table repairs (
      image_id uuid primary key references images,
      parent_id uuid not null references images,
      remedies text[] not null,
      -- Of the original, when its repair was asked for.
      before jsonb not null,
      guest jsonb not null,
      changes jsonb not null default '[]',
      status text not null default 'queued' check (status in ('queued', 'running', 'handed-over', 'failed', 'cancelled')),
      fence bigint not null default 0,
      failure jsonb,
      created_at timestamptz not null default now(),
      finished_at timestamptz
    );
    create index repairs_parent on repairs (parent_id);
  `.execute(db);
}
