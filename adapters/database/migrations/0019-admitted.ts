import { type Kysely, sql } from 'kysely';

/** What was served before there was this rule stays so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- When a run found the bytes that are kept as they came safe to be given out, by our detector and by QEMU.
    alter table images add column admitted_at timestamptz;
    update images set admitted_at = now()
      where verbatim and (status in ('active', 'deactivated') or exists (select from publications p where p.image_id = images.id));
    -- Whoever forgets it is refused here: no way of the status around it.
    alter table images add constraint images_served_once_admitted
      check (not verbatim or status not in ('active', 'deactivated') or admitted_at is not null);

    -- Only runs publish; the API did, of what it served at once.
    revoke insert on publications from bootready_project;
  `.execute(db);
}
