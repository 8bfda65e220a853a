import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table projects
      add column quota_images integer check (quota_images > 0),
      add column quota_uploads integer check (quota_uploads > 0);

    alter table images
      add column held_bytes bigint not null default 0 check (held_bytes >= 0),
      add column over_quota jsonb;
    update images set held_bytes = case
      when status in ('active', 'deactivated') then coalesce(size, 0)
      else coalesce(upload_size, staged_size, 0) end
    where deleted_at is null and status <> 'pending_delete';
    -- What a project holds is summed up whenever it wants more.
    create index images_held on images (project_id) include (held_bytes) where deleted_at is null;
  `.execute(db);
}
