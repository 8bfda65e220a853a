import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table projects add column boot_check text check (boot_check in ('off', 'warn', 'require'))`.execute(
    db,
  );
}
