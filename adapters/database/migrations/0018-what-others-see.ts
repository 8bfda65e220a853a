import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Whoever may use another project's image sees what it is and what its runs are doing. Where its bytes came from is its owner's
    -- matter: the address of a download, and what was found in the original of a repair.
    drop policy of_visible_image on repairs;
    drop policy of_visible_image on downloads;
  `.execute(db);
}
