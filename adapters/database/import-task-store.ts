import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImportTask, ImportTaskDetail, ImportTaskStore, TaskStatus } from '../../shared/ports/import-tasks.ts';
import type { Database } from './schema.ts';

type Row = {
  id: string;
  image_id: string;
  owner: string;
  request_id: string;
  status: TaskStatus;
  created_at: Date;
  updated_at: Date;
};
type DetailRow = Row & Pick<ImportTaskDetail, 'url' | 'failure' | 'report'> & { cancelled: boolean };

/** As runs and downloads have it, by what a task says. */
const statesOf: Readonly<Record<TaskStatus, readonly string[]>> = {
  pending: ['queued'],
  processing: ['running', 'handed-over'],
  success: ['published'],
  failure: ['rejected', 'failed', 'cancelled'],
};

function selectStatus(column: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case ${column}
  when 'queued' then 'pending' when 'running' then 'processing' when 'handed-over' then 'processing' when 'published' then 'success' else 'failure' end`;
}

const request = sql`request_id is not null`;

/** Imports of staged data, and further ones. Read apart from downloads: each is found and sorted by an index of its own. */
const ofRuns = sql`(
  select r.id, r.image_id, i.project_id as owner, r.request_id, ${selectStatus(sql`r.status`)} as status, r.status as state, r.created_at,
    coalesce(r.finished_at, r.started_at, r.created_at) as updated_at,
    (select url from downloads where image_id = r.image_id and status = 'handed-over') as url, r.failure, r.report, r.status = 'cancelled' as cancelled
  from runs r join images i on i.id = r.image_id
  where r.${request} and (r.number > 1 or coalesce((
    -- One value and not "not exists", which the planner would answer by reading all downloads.
    select status <> 'handed-over' or request_id is null from downloads where image_id = r.image_id), true)))`;

/** A download goes on as the first run of its image. An image has one download, so that the image's id names its task. */
const ofDownloads = sql`(
  select d.image_id as id, d.image_id, i.project_id as owner, d.request_id, ${selectStatus(sql`coalesce(r.status, d.status)`)} as status, coalesce(r.status, d.status) as state, d.created_at,
    coalesce(r.finished_at, r.started_at, r.created_at, d.finished_at, d.created_at) as updated_at,
    d.url, coalesce(r.failure, d.failure) as failure, r.report, coalesce(r.status, d.status) = 'cancelled' as cancelled
  from downloads d join images i on i.id = d.image_id
    left join runs r on r.image_id = d.image_id and r.number = 1 and d.status = 'handed-over'
  where d.${request})`;

const tasks = sql`(select * from ${ofRuns} runs union all select * from ${ofDownloads} downloads) tasks`;

const columns = sql`id, image_id, owner, request_id, status, created_at, updated_at`;

function toTask(row: Row): ImportTask {
  return {
    id: row.id,
    imageId: row.image_id,
    projectId: row.owner,
    requestId: row.request_id,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toDetail({ url, cancelled, failure, report, ...row }: DetailRow): ImportTaskDetail {
  return {
    ...toTask(row),
    url,
    isCancelled: cancelled,
    failure,
    report,
  };
}

export function createImportTaskStore(db: Kysely<Database>): ImportTaskStore {
  return {
    list: async ({ status, equal, sort, marker, limit }) => {
      const isUuid = (text: string): boolean => z.guid().safeParse(text).success;
      const place = sql.join([...new Set([sort.key, 'created_at', 'id'])].map((name) => sql.ref(name)));
      if (marker !== undefined) {
        const there = isUuid(marker) ? (await sql`select from ${tasks} where id = ${marker}`.execute(db)).rows : [];
        if (there.length === 0) {
          throw new BootreadyError({
            code: 'invalid-input',
            message: 'The marker is not a task.',
            remedy: 'Give the ID of the last task on the previous page, or start without a marker.',
          });
        }
      }
      const { id, image_id: imageId } = equal;
      if ((id !== undefined && !isUuid(id)) || (imageId !== undefined && !isUuid(imageId))) return [];
      const direction = sql.raw(sort.direction);
      const further = sql.raw(sort.direction === 'asc' ? '>' : '<');
      const conditions = [
        sql`true`,
        ...(status === undefined ? [] : [sql`state = any(${statesOf[status]}::text[])`]),
        ...Object.entries(equal).map(([name, value]) => sql`${sql.ref(name)} = ${value}`),
        ...(marker === undefined
          ? []
          : [sql`(${place}) ${further} (select ${place} from ${tasks} where id = ${marker})`]),
      ];
      const order = [...new Set([sort.key, 'created_at', 'id'])].map((name) => sql`${sql.ref(name)} ${direction}`);
      const first = sql`order by ${sql.join(order)} limit ${limit}`;
      const parts = [ofRuns, ofDownloads].map(
        (part) => sql`(select ${columns} from ${part} tasks where ${sql.join(conditions, sql` and `)} ${first})`,
      );
      const { rows } = await sql<Row>`select * from (${sql.join(parts, sql` union all `)}) tasks ${first}`.execute(db);
      return rows.map(toTask);
    },

    get: async (id) => {
      const { rows } = await sql<DetailRow>`select * from ${tasks} where id = ${id}`.execute(db);
      return rows[0] && toDetail(rows[0]);
    },

    ofImage: async (imageId) => {
      const { rows } = await sql<DetailRow>`select * from ${tasks} where image_id = ${imageId}
      order by created_at desc, id desc`.execute(db);
      return rows.map(toDetail);
    },
  };
}
