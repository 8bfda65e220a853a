import { processRoles } from '../../shared/process-roles.ts';
import type { Database } from './schema.ts';

/**
 * Group roles of Postgres: what one kind of process may do. Who logs in is a member of one (or of several). The API acts as `project` for whoever asks, behind the
 * policies of migration 0010.
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
/** `for update` takes the right to change some column; nobody changes this one. */
const lock = 'select, update (created_at)';

/**
 * Who may do what on which table: as SQL has it, and nothing where nothing stands. The owner, who migrates and whom operators act
 * as, may do all. What a worker does not have it cannot lose: no key, session or secret of a webhook, and nothing of who did what.
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
  run_steps: { project: read, api: read, worker: keep },
  // Nothing is published but by a run. What is kept as it came is published first, and gets the run that judged it.
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
