import { type Kysely, type Selectable, sql } from 'kysely';
import type { UploadNotification } from '../../shared/events/notification.ts';
import { noTraces } from '../../shared/no-traces.ts';
import type { EventStore, UploadEvent } from '../../shared/ports/events.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import type { Database, UploadEventTable } from './schema.ts';

const eventOf = (row: Selectable<UploadEventTable>): UploadEvent => ({
  id: row.id,
  source: row.source,
  fingerprint: row.fingerprint,
  eventName: row.event_name,
  bucket: row.bucket,
  key: row.key,
  etag: row.etag,
  versionId: row.version_id,
  sequencer: row.sequencer,
  raw: row.raw,
  deliveries: row.deliveries,
  receivedAt: row.received_at,
  outcome: row.outcome,
  detail: row.detail,
  imageId: row.image_id,
  settledAt: row.settled_at,
  traceparent: row.traceparent,
});

type Column = Exclude<keyof UploadNotification, 'raw'>;

/** Arrays by column: one statement for any number of rows, whose text is always the same. */
const columnOf = (notifications: readonly UploadNotification[], name: Column) =>
  sql`${notifications.map((each) => each[name])}::text[]`;

export const createEventStore = (db: Kysely<Database>, traces: Pick<Traces, 'current'> = noTraces): EventStore => ({
  record: async (source, notifications) => {
    // A batch may hold the same notification twice, which one statement cannot upsert. In one order always: two batches that
    // hold the same ones in different orders would wait for each other.
    const distinct = [...new Map(notifications.map((each) => [each.fingerprint, each])).values()].sort((a, b) =>
      a.fingerprint < b.fingerprint ? -1 : 1,
    );
    if (distinct.length === 0) return [];
    const traceparent = traces.current() ?? null;
    const { rows } = await sql<{ id: number; settled_at: Date | null }>`
      insert into upload_events (source, fingerprint, event_name, bucket, key, etag, version_id, sequencer, raw, traceparent, project_id)
      select ${source}, told.*, ${traceparent}, (
        select id from projects where starts_with(told.key, key_prefix) order by length(key_prefix) desc limit 1)
      from unnest(${columnOf(distinct, 'fingerprint')}, ${columnOf(distinct, 'eventName')}, ${columnOf(distinct, 'bucket')},
        ${columnOf(distinct, 'key')}, ${columnOf(distinct, 'etag')}, ${columnOf(distinct, 'versionId')}, ${columnOf(distinct, 'sequencer')},
        ${distinct.map(({ raw }) => JSON.stringify(raw))}::jsonb[])
        as told (fingerprint, event_name, bucket, key, etag, version_id, sequencer, raw)
      on conflict (fingerprint) do update set deliveries = upload_events.deliveries + 1
      returning id, settled_at`.execute(db);
    return rows.filter(({ settled_at }) => settled_at === null).map(({ id }) => id);
  },

  get: async (id) => {
    const row = await db.selectFrom('upload_events').where('id', '=', id).selectAll().executeTakeFirst();
    return row && eventOf(row);
  },

  settle: async (id, outcome, detail, imageId) => {
    await db
      .updateTable('upload_events')
      .set({
        ...{ outcome, detail, image_id: imageId ?? null, settled_at: sql`now()` },
        ...(imageId === undefined
          ? {}
          : { project_id: (eb) => eb.selectFrom('images').where('id', '=', imageId).select('project_id') }),
      })
      .where('id', '=', id)
      .where('settled_at', 'is', null)
      .execute();
  },

  reopen: async (id) => {
    const { numUpdatedRows } = await db
      .updateTable('upload_events')
      .set({ outcome: 'received', detail: null, settled_at: null })
      .where('id', '=', id)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  },

  unsettled: async (olderThanSeconds, limit) => {
    const rows = await db
      .selectFrom('upload_events')
      .where('settled_at', 'is', null)
      .where('received_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
      .orderBy('received_at')
      .limit(limit)
      .select('id')
      .execute();
    return rows.map(({ id }) => id);
  },

  list: async ({ projectId, isSettled, before, limit }) => {
    const rows = await db
      .selectFrom('upload_events')
      .$if(before !== undefined, (query) => query.where('id', '<', before as number))
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
      .$if(isSettled !== undefined, (query) => query.where('settled_at', isSettled ? 'is not' : 'is', null))
      .orderBy('id', 'desc')
      .limit(limit)
      .selectAll()
      .execute();
    return rows.map(eventOf);
  },
});
