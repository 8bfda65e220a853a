import { processRoles } from '../../shared/operation/process-roles.ts';
import type { Database } from './schema.ts';

/**
 * Group roles of Postgres: the rights of one kind of process. A login is a member of one role (or of several). The API acts as `project` for the caller, behind
 * the policies of migration 0010.
 */
export const databaseRoles = ['project', ...processRoles] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

export function roleName(role: DatabaseRole): string {
  return `bootready_${role}`;
}

type Rights = Partial<Record<DatabaseRole, string>>;

const read = 'select';
const add = 'select, insert';
const change = 'select, update';
const keep = 'select, insert, update';
const all = 'select, insert, update, delete';
/** `for update` needs the right to change some column; nobody changes this one. */
const lock = 'select, update (created_at)';

/**
 * Rights of each role on each table, in SQL's words; a missing entry means no rights. The owner of the tables, who migrates and as whom operators act, has all
 * rights. A worker cannot leak data that it has no right to read: no keys, no sessions, no webhook secrets, no audit log.
 */
export const tableRights: Readonly<Record<keyof Database, Rights>> = {
  projects: { project: 'select, insert, update (created_at)', api: keep, worker: lock, queues: lock },
  // Made by operators on the hosts only. Revoked by administrators too, for good (migration 0028).
  api_keys: { api: 'select, update (last_used_at), update (revoked_at)' },
  sessions: { api: all },
  audit_log: { api: add },
  upload_events: { project: read, api: keep, queues: 'select, update, delete' },
  images: { project: keep, api: keep, worker: change, queues: keep },
  image_members: { project: all, api: all, queues: 'select, delete' },
  image_sources: { api: all, queues: change },
  runs: { project: keep, api: keep, worker: change, queues: add },
  run_steps: { project: read, api: read, worker: keep, queues: read },
  // Only a run publishes an image. An image that is served unchanged is published first, and gets the run that judged it later.
  publications: {
    project: read,
    api: read,
    worker: 'select, insert, update (run_id), update (fence)',
    queues: 'select, delete',
  },
  repairs: { project: keep, api: keep, worker: change, queues: read },
  downloads: { project: keep, api: keep, worker: change, queues: keep },
  deliveries: { project: keep, api: keep, worker: keep, queues: read },
  outbox: { worker: add, queues: change },
  webhooks: { project: keep, api: keep, queues: change },
  webhook_deliveries: { api: read, queues: keep },
  workers: { api: read, worker: all, queues: all },
};

/** Fences of attempts. */
export const sequenceRights: Readonly<Record<string, Rights>> = { run_fence: { worker: 'usage' } };
