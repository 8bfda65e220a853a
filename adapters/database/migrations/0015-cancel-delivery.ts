import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table deliveries drop constraint deliveries_status_check;
    alter table deliveries add constraint deliveries_status_check
      check (status in ('queued', 'running', 'done', 'failed', 'cancelled'));
    -- One that is cancelled is finished when the target has nothing half of it any more.
    alter table deliveries add column cancelled_at timestamptz;
    -- Whether a delivery before this one was done: what is whole there is not its to take away.
    alter table deliveries add column was_there boolean not null default false;
  `.execute(db);
}
