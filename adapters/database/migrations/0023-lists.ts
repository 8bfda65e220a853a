import { type Kysely, sql } from 'kysely';

/**
 * Every list of both APIs goes by an index, whatever it is filtered and sorted by (docs/scale.md). What lists show or ask for of reports gets columns: a report
 * is tens of kilobytes of compressed JSON.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await columnsOfReports(db);
  await projectsOfEvents(db);
  await indexes(db);
  await policies(db);
  // Of expressions that are indexed nothing is known before.
  await sql`analyze images; analyze runs`.execute(db);
}

async function columnsOfReports(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table runs
      add column verdict text generated always as (report ->> 'verdict') stored,
      add column guest jsonb generated always as (report -> 'guest') stored;

    -- What the newest run has found in the image.
    alter table images add column os_type text, add column os_distro text;
    alter table images disable trigger notify_image;
    update images set os_type = newest.guest ->> 'osType', os_distro = newest.guest ->> 'osDistro'
      from (select distinct on (image_id) image_id, guest from runs order by image_id, number desc) newest
      where newest.image_id = images.id and newest.guest is not null;
    alter table images enable trigger notify_image;

    -- By the database, so that it holds whoever writes the run. With the rights of the owner: nobody else writes these columns.
    do $$
    begin
      execute format('create function note_system() returns trigger language plpgsql security definer set search_path = %I, pg_temp as ''
        begin
          update images set os_type = new.guest ->> ''''osType'''', os_distro = new.guest ->> ''''osDistro''''
            where id = new.image_id
              and (os_type, os_distro) is distinct from (new.guest ->> ''''osType'''', new.guest ->> ''''osDistro'''')
              and not exists (select from runs later where later.image_id = new.image_id and later.number > new.number);
          return null;
        end''', current_schema());
    end $$;
    create trigger note_system after insert or update of report on runs for each row execute function note_system();
  `.execute(db);
}

async function projectsOfEvents(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Whose upload it tells of: below whose prefix it lies, or whose image came of it. Null: nobody's.
    alter table upload_events add column project_id text references projects;
    update upload_events e set project_id = coalesce(
      (select project_id from images where id = e.image_id),
      (select id from projects where starts_with(e.key, key_prefix) order by length(key_prefix) desc limit 1));
    create index upload_events_project on upload_events (project_id, id);
    drop index upload_events_open;
    create index upload_events_open on upload_events (received_at, id) where settled_at is null;
    alter policy of_own_upload on upload_events using (project_id = (select acting_project()));
  `.execute(db);
}

async function indexes(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A member's lists: its own images, and those that everybody may use.
    create index images_by_project on images (project_id, created_at, id) where deleted_at is null;
    create index images_by_visibility on images (visibility, created_at, id) where deleted_at is null;
    drop index images_project;
    drop index images_visibility;
    drop index image_members_member;
    create index image_members_member on image_members (member_id, image_id) include (status);

    -- An administrator's lists, by each sort key; the newest first where nothing else decides. Null comes before everything.
    create index images_by_created_at on images (created_at, id) where deleted_at is null;
    create index images_by_updated_at on images (updated_at, created_at, id) where deleted_at is null;
    create index images_by_name on images (name, created_at, id) where deleted_at is null;
    create index images_by_status on images (status, created_at, id) where deleted_at is null;
    create index images_by_container_format on images ((coalesce(container_format, '')), created_at, id) where deleted_at is null;
    create index images_by_disk_format on images ((coalesce(disk_format, '')), created_at, id) where deleted_at is null;
    create index images_by_size on images ((coalesce(size, -1)), created_at, id) where deleted_at is null;

    -- Of expressions in partial indexes the planner knows nothing else.
    create statistics images_container_formats on (coalesce(container_format, '')) from images;
    create statistics images_disk_formats on (coalesce(disk_format, '')) from images;
    create statistics images_sizes on (coalesce(size, -1)) from images;
    create statistics images_hashes on (coalesce(sha512, sha256)) from images;

    -- What few images have, or none.
    create index images_of_type on images (os_type, created_at, id) where deleted_at is null and os_type is not null;
    create index images_of_distro on images (os_distro, created_at, id) where deleted_at is null and os_distro is not null;
    create index images_of_checksum on images (md5) where deleted_at is null;
    create index images_of_hash on images ((coalesce(sha512, sha256))) where deleted_at is null;
    create index images_of_sha256 on images (created_at, id) where deleted_at is null and sha512 is null and sha256 is not null;
    create index images_protected on images (created_at, id) where deleted_at is null and protected;
    create index images_hidden on images (created_at, id) where deleted_at is null and os_hidden;
    create index images_snapshots on images (created_at, id)
      where deleted_at is null and (properties ->> 'image_type') in ('snapshot', 'backup');
    create index images_of_virtual_size on images (virtual_size) where deleted_at is null;
    create index images_of_min_disk on images (min_disk) where deleted_at is null;
    create index images_of_min_ram on images (min_ram) where deleted_at is null;
    create index images_of_properties on images using gin (properties jsonb_path_ops);

    -- Quotas are summed up in the index alone; the policies of images ask for visibility and id.
    drop index images_held;
    create index images_held on images (project_id) include (held_bytes, status, visibility, id) where deleted_at is null;
    create index images_awaited on images (project_id) include (held_bytes, staged_size, updated_at, visibility, id)
      where deleted_at is null and upload_etag is null;

    create index runs_queued on runs (created_at) where status = 'queued';
    create index runs_open_since on runs (created_at) where finished_at is null;
    -- Tasks of the Image API.
    create index runs_requested on runs (created_at, id) where request_id is not null;
    create index runs_of_request on runs (request_id) where request_id is not null;
    create index runs_of_status on runs (status, created_at) where request_id is not null;
    -- They outlive their images.
    create index images_of_project on images (project_id);
    create index downloads_requested on downloads (created_at, image_id) where request_id is not null;
    create index downloads_of_request on downloads (request_id) where request_id is not null;
    create index webhook_deliveries_pending on webhook_deliveries (created_at) where status = 'pending';
    create index audit_log_action on audit_log (action, id);
    create index audit_log_at on audit_log (at);
  `.execute(db);
  // Parts of names. Where the server has no such extension, or it may not be made, administrators' searches for a part of a name read every name.
  await sql`
    do $$
    begin
      create extension if not exists pg_trgm;
      create index images_part_of_name on images using gin (name gin_trgm_ops);
    exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
      raise warning 'no index for parts of names: create extension pg_trgm';
    end $$;
  `.execute(db);
}

async function policies(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- All at once, for a whole query, rather than a call for each row.
    do $$
    begin
      execute format('create function images_shared_with(project text) returns setof uuid
        language sql stable security definer rows 100 set search_path = %I, pg_temp as
        ''select image_id from image_members where member_id = project''', current_schema());
    end $$;
    alter policy visible on images using (
      project_id = (select acting_project())
      or visibility in ('public', 'community')
      or (visibility = 'shared' and id in (select images_shared_with((select acting_project())))));
    drop function is_shared_with(uuid, text);
  `.execute(db);
}
