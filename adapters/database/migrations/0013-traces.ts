import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The span that a row was written in, as W3C Trace Context names it: Redis may lose its jobs, and the trace goes on.
    alter table upload_events add column traceparent text;
    alter table outbox add column traceparent text;
  `.execute(db);
}
