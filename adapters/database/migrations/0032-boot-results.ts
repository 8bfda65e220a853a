import { type Kysely, sql } from 'kysely';

/** How the boot test of an image's newest run went, for lists to filter by. `unknown` until that run has a report. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The same as readBootResult in shared/status/boot-result.ts: a test holds them together.
    create function boot_result_of(report jsonb) returns text language sql immutable as $$
      select case
        when report ->> 'verdict' is null then 'unknown'
        when not jsonb_path_exists(report, '$.findings[*] ? (@.step == "boot-check")')
          then case report ->> 'verdict' when 'reject' then 'not-reached' else 'off' end
        when jsonb_path_exists(report, '$.findings[*] ? (@.step == "boot-check" && @.outcome == "fail")') then 'failed'
        when jsonb_path_exists(report, '$.findings[*] ? (@.step == "boot-check" && @.outcome != "pass")') then 'warned'
        else 'passed' end $$;

    alter table images add column boot_result text not null default 'unknown';
    alter table images disable trigger notify_image;
    update images set boot_result = boot_result_of(newest.report)
      from (select distinct on (image_id) image_id, report from runs order by image_id, number desc) newest
      where newest.image_id = images.id and newest.report is not null;
    alter table images enable trigger notify_image;

    -- As before (migration 0023), and the result.
    do $$
    begin
      execute format('create or replace function note_system() returns trigger language plpgsql security definer set search_path = %I, pg_temp as ''
        declare result text := boot_result_of(new.report);
        begin
          update images set os_type = new.guest ->> ''''osType'''', os_distro = new.guest ->> ''''osDistro'''', boot_result = result
            where id = new.image_id
              and (os_type, os_distro, boot_result) is distinct from (new.guest ->> ''''osType'''', new.guest ->> ''''osDistro'''', result)
              and not exists (select from runs later where later.image_id = new.image_id and later.number > new.number);
          return null;
        end''', current_schema());
    end $$;

    create index images_of_boot_result on images (boot_result, created_at, id) where deleted_at is null;
    analyze images;
  `.execute(db);
}
