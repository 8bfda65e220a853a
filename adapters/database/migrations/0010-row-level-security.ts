import { type Kysely, sql } from 'kysely';

/**
 * The second wall between projects. Whoever acts for one project does so as the role bootready_project, which owns nothing, may do
 * little, and sees the rows that these policies let through: those of the project that the setting bootready.project names, and none
 * without it. Workers and administrators act as the owner of the tables, for whom policies do not hold.
 *
 * `(select current_setting(...))` is worked out once a query and not once a row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Roles belong to the whole server: another database of it may have made it, or makes it at this moment.
    do $$
    begin
      if not exists (select from pg_roles where rolname = 'bootready_project') then
        create role bootready_project nologin nosuperuser nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$;
    do $$
    begin
      -- Being a member is not yet being allowed to act as it, from Postgres 16 on.
      if not pg_has_role(current_user, 'bootready_project',
        case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
        execute format('grant bootready_project to %I', current_user);
      end if;
      execute format('grant usage on schema %I to bootready_project', current_schema());
    end $$;

    create function acting_project() returns text language sql stable as $$
      select nullif(current_setting('bootready.project', true), '') $$;
    -- With the rights of the owner: the policies of images and of their members would ask for each other for ever. Temporary tables
    -- of the caller come last (https://www.postgresql.org/docs/current/sql-createfunction.html, "Writing SECURITY DEFINER Functions Safely").
    do $$
    begin
      execute format('create function is_shared_with(image uuid, project text) returns boolean
        language sql stable security definer set search_path = %I, pg_temp as
        ''select exists (select from image_members where image_id = image and member_id = project)''', current_schema());
    end $$;

    alter table projects enable row level security;
    grant select, insert on projects to bootready_project;
    -- Taking room locks the row, which needs the right to change something of it. Nobody changes this.
    grant update (created_at) on projects to bootready_project;
    create policy own on projects to bootready_project
      using (id = (select acting_project())) with check (id = (select acting_project()));

    alter table images enable row level security;
    grant select, insert, update on images to bootready_project;
    create policy visible on images for select to bootready_project using (
      project_id = (select acting_project())
      or visibility in ('public', 'community')
      or (visibility = 'shared' and is_shared_with(id, (select acting_project()))));
    create policy made on images for insert to bootready_project with check (project_id = (select acting_project()));
    create policy changed on images for update to bootready_project
      using (project_id = (select acting_project())) with check (project_id = (select acting_project()));
    create policy removed on images for delete to bootready_project using (project_id = (select acting_project()));

    alter table image_members enable row level security;
    grant select, insert, update, delete on image_members to bootready_project;
    create policy of_own_image on image_members to bootready_project
      using (exists (select from images i where i.id = image_id and i.project_id = (select acting_project())));
    create policy own_membership on image_members for select to bootready_project using (member_id = (select acting_project()));
    create policy own_answer on image_members for update to bootready_project
      using (member_id = (select acting_project())) with check (member_id = (select acting_project()));

    -- What belongs to an image is seen by whoever sees that, and changed by its owner.
    alter table runs enable row level security;
    grant select, insert, update on runs to bootready_project;
    alter table publications enable row level security;
    grant select, insert on publications to bootready_project;
    alter table repairs enable row level security;
    grant select, insert, update on repairs to bootready_project;
    alter table downloads enable row level security;
    grant select, insert, update on downloads to bootready_project;
    do $$
    declare
      name text;
    begin
      foreach name in array array['runs', 'publications', 'repairs', 'downloads'] loop
        execute format('create policy of_visible_image on %I for select to bootready_project
          using (exists (select from images i where i.id = image_id))', name);
        execute format('create policy of_own_image on %I to bootready_project
          using (exists (select from images i where i.id = image_id and i.project_id = (select acting_project())))', name);
      end loop;
    end $$;

    alter table run_steps enable row level security;
    grant select on run_steps to bootready_project;
    create policy of_visible_run on run_steps for select to bootready_project
      using (exists (select from runs r where r.id = run_id));

    alter table webhooks enable row level security;
    grant select, insert, update on webhooks to bootready_project;
    create policy own on webhooks to bootready_project using (project_id = (select acting_project()));

    alter table upload_events enable row level security;
    grant select on upload_events to bootready_project;
    create policy of_own_upload on upload_events for select to bootready_project using (
      exists (select from projects p where p.id = (select acting_project()) and starts_with(key, p.key_prefix))
      or exists (select from images i where i.id = image_id and i.project_id = (select acting_project())));

    -- Nobody who acts for a project has any business here: no policy, and no right besides.
    alter table api_keys enable row level security;
    alter table sessions enable row level security;
    alter table outbox enable row level security;
    alter table webhook_deliveries enable row level security;
    alter table image_sources enable row level security;
    alter table workers enable row level security;
    -- The API writes it as the owner: whoever acts for a project neither reads it nor writes an entry of his own.
    alter table audit_log enable row level security;
  `.execute(db);
}
