import { type Kysely, type RawBuilder, sql } from 'kysely';
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

const statusOf = (column: RawBuilder<unknown>): RawBuilder<unknown> => sql`case ${column}
  when 'queued' then 'pending' when 'running' then 'processing' when 'published' then 'success' else 'failure' end`;

/** A download goes on as the first run of its image. An image has one download, so that the image's id names its task. */
const tasks = sql`(
  select case when d.image_id is null then r.id else r.image_id end as id, r.image_id, i.project_id as owner, r.request_id,
    ${statusOf(sql`r.status`)} as status, coalesce(d.created_at, r.created_at) as created_at,
    coalesce(r.finished_at, r.started_at, r.created_at) as updated_at,
    fetched.url, r.failure, r.report, r.status = 'cancelled' as cancelled
  from runs r join images i on i.id = r.image_id
    left join downloads fetched on fetched.image_id = r.image_id and fetched.status = 'handed-over'
    left join downloads d on d.image_id = fetched.image_id and d.request_id is not null and r.number = 1
  where r.request_id is not null
  union all
  select d.image_id, d.image_id, i.project_id, d.request_id, ${statusOf(sql`d.status`)}, d.created_at,
    coalesce(d.finished_at, d.created_at), d.url, d.failure, null, d.status = 'cancelled'
  from downloads d join images i on i.id = d.image_id
  where d.request_id is not null and d.status <> 'handed-over') tasks`;

const columns = sql`id, image_id, owner, request_id, status, created_at, updated_at`;

const taskOf = (row: Row): ImportTask => ({
  id: row.id,
  imageId: row.image_id,
  projectId: row.owner,
  requestId: row.request_id,
  status: row.status,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const detailOf = ({ url, cancelled, failure, report, ...row }: DetailRow): ImportTaskDetail => ({
  ...taskOf(row),
  ...{ url, isCancelled: cancelled, failure, report },
});

export const createImportTaskStore = (db: Kysely<Database>): ImportTaskStore => ({
  list: async ({ status, equal, sort, marker, limit }) => {
    if (marker !== undefined) {
      const { rows } = await sql`select from ${tasks} where id::text = ${marker.toLowerCase()}`.execute(db);
      if (rows.length === 0) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: 'There is no task at the marker.',
          remedy: 'Give the id of the last task of the page before, or begin without a marker.',
        });
      }
    }
    const conditions = [
      sql`true`,
      ...(status === undefined ? [] : [sql`status = ${status}`]),
      ...Object.entries(equal).map(([name, value]) => sql`${sql.ref(name)}::text = ${value}`),
    ];
    const keys = [...new Set([sort.key, 'created_at', 'id'])].map((name) => sql.ref(name));
    const place = sql.join(keys);
    const further = sql.raw(sort.direction === 'asc' ? '>' : '<');
    if (marker !== undefined) {
      conditions.push(
        sql`(${place}) ${further} (select ${place} from ${tasks} where id::text = ${marker.toLowerCase()})`,
      );
    }
    const order = keys.map((key) => sql`${key} ${sql.raw(sort.direction)}`);
    const { rows } = await sql<Row>`select ${columns} from ${tasks} where ${sql.join(conditions, sql` and `)}
      order by ${sql.join(order)} limit ${limit}`.execute(db);
    return rows.map(taskOf);
  },

  get: async (id) => {
    const { rows } = await sql<DetailRow>`select * from ${tasks} where id = ${id}`.execute(db);
    return rows[0] && detailOf(rows[0]);
  },

  ofImage: async (imageId) => {
    const { rows } = await sql<DetailRow>`select * from ${tasks} where image_id = ${imageId}
      order by created_at desc, id desc`.execute(db);
    return rows.map(detailOf);
  },
});
