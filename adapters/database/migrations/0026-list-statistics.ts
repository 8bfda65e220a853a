import { type Kysely, sql } from 'kysely';

/** Nearly all public images are earlier ones of their family, and hidden: without knowing that, Postgres looks for those that are shown among all images. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create statistics images_shown (mcv) on visibility, os_hidden from images; analyze images`.execute(db);
}
