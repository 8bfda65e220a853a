import { type Kysely, type Selectable, sql } from 'kysely';
import type { UploadNotification } from '../../shared/events/notification.ts';
import type { EventStore, UploadEvent } from '../../shared/ports/events.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { together } from '../together.ts';
import type { Database, UploadEventTable } from './schema.ts';

function toEvent(row: Selectable<UploadEventTable>): UploadEvent {
  return {
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
    receipts: row.deliveries,
    receivedAt: row.received_at,
    outcome: row.outcome,
    detail: row.detail,
    imageId: row.image_id,
    settledAt: row.settled_at,
    traceparent: row.traceparent,
  };
}

/** The notifications of one request, and the span of that request. */
type Told = { source: string; notifications: readonly UploadNotification[]; traceparent: string | null };
type Row = Told & { notification: UploadNotification; receipts: number };

/** So many go into one statement; a request that has more goes alone. */
const mostAtOnce = 500;

/**
 * The notifications of several requests, in one statement. A repeated notification is one row, and counts once for each request. The order is always the same:
 * two statements with the same notifications in different orders would wait for each other.
 */
function toRows(told: readonly Told[]): Row[] {
  const rows = new Map<string, Row>();
  for (const each of told) {
    for (const notification of new Map(each.notifications.map((one) => [one.fingerprint, one])).values()) {
      const there = rows.get(notification.fingerprint);
      if (there) there.receipts++;
      else rows.set(notification.fingerprint, { ...each, notification, receipts: 1 });
    }
  }
  return [...rows.values()].sort((a, b) => (a.notification.fingerprint < b.notification.fingerprint ? -1 : 1));
}

/** @returns for each of the requests the ids of what is not settled yet */
async function recordTogether(db: Kysely<Database>, told: readonly Told[]): Promise<number[][]> {
  const rows = toRows(told);
  if (rows.length === 0) return told.map(() => []);
  // Arrays by column: the text is the same for any number of rows.
  const column = (value: (row: Row) => string | null) => sql`${rows.map(value)}::text[]`;
  const of = (name: Exclude<keyof UploadNotification, 'raw'>) => column(({ notification }) => notification[name]);
  const stored = await sql<{ id: number; fingerprint: string; settled_at: Date | null }>`
    insert into upload_events (source, fingerprint, event_name, bucket, key, etag, version_id, sequencer, traceparent, deliveries, raw, project_id)
    select told.*, (
      select id from projects where starts_with(told.key, key_prefix) order by length(key_prefix) desc limit 1)
    from unnest(${column(({ source }) => source)}, ${of('fingerprint')}, ${of('eventName')}, ${of('bucket')}, ${of('key')}, ${of('etag')}, ${of('versionId')},
      ${of('sequencer')}, ${column(({ traceparent }) => traceparent)}, ${rows.map(({ receipts }) => receipts)}::int[],
      ${rows.map(({ notification }) => JSON.stringify(notification.raw))}::jsonb[])
      as told (source, fingerprint, event_name, bucket, key, etag, version_id, sequencer, traceparent, deliveries, raw)
    on conflict (fingerprint) do update set deliveries = upload_events.deliveries + excluded.deliveries
    returning id, fingerprint, settled_at`.execute(db);
  const open = new Map(
    stored.rows.flatMap(({ id, fingerprint, settled_at }) => (settled_at ? [] : [[fingerprint, id] as const])),
  );
  return told.map(({ notifications }) => {
    const ids = notifications.flatMap(({ fingerprint }) => open.get(fingerprint) ?? []);
    return [...new Set(ids)];
  });
}

export function createEventStore(db: Kysely<Database>, traces: Pick<Traces, 'current'> = noTraces): EventStore {
  const record = together((told: readonly Told[]) => recordTogether(db, told), {
    most: mostAtOnce,
    readSize: ({ notifications }) => notifications.length,
  });
  return {
    record: (source, notifications) => record({ source, notifications, traceparent: traces.current() ?? null }),

    get: async (id) => {
      const row = await db.selectFrom('upload_events').where('id', '=', id).selectAll().executeTakeFirst();
      return row && toEvent(row);
    },

    settle: async (id, outcome, detail, imageId) => {
      await db
        .updateTable('upload_events')
        .set({
          outcome,
          detail,
          image_id: imageId ?? null,
          settled_at: sql`now()`,
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

    prune: async (olderThanSeconds, limit) => {
      // Reads only the oldest rows, whatever else the table holds: ids follow the time of arrival.
      const { numDeletedRows } = await db
        .deleteFrom('upload_events')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom(
              eb
                .selectFrom('upload_events')
                .orderBy('id')
                .limit(limit)
                .select(['id', 'received_at', 'settled_at'])
                .as('oldest'),
            )
            .where('settled_at', 'is not', null)
            .where('received_at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
            .select('id'),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
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
      return rows.map(toEvent);
    },
  };
}
