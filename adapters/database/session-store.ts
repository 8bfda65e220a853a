import { type Kysely, type Selectable, sql } from 'kysely';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import type { Identity, SessionOwner, SessionStore, UserGrant } from '../../shared/ports/projects.ts';
import type { Database, SessionTable } from './schema.ts';

/** Longer than the API waits for an issuer: a process that claimed a renewal and has not reported by then is gone. */
const claim = sql<Date>`now() + interval '30 seconds'`;

const wasLongUnused = sql<boolean>`sessions.last_used_at < now() - interval '1 minute'`;

function toColumns({ name, projects, role, encrypted, renewAt }: UserGrant) {
  return {
    name,
    projects: [...projects],
    role,
    sealed: encrypted,
    renew_at: renewAt,
    renewing_until: null,
  };
}

/** @param idleSeconds after which a session that was not used is over */
export function createSessionStore(
  db: Kysely<Database>,
  { idleSeconds }: { idleSeconds: number } = { idleSeconds: 3600 },
): SessionStore {
  const isOpen = sql<boolean>`sessions.expires_at > now()
    and sessions.last_used_at > now() - make_interval(secs => ${idleSeconds})`;
  const isOwnedBy = (owner: SessionOwner) =>
    'keyId' in owner ? sql<boolean>`key_id = ${owner.keyId}` : sql<boolean>`subject = ${owner.subject}`;
  return {
    create: async ({ hash, expiresAt, place, ...whose }) => {
      await db.deleteFrom('sessions').where(sql<boolean>`not (${isOpen})`).execute();
      const row =
        'user' in whose
          ? { ...toColumns(whose.user), subject: whose.user.subject, project_id: whose.user.projectId }
          : { key_id: whose.keyId };
      await db
        .insertInto('sessions')
        .values({
          ...row,
          hash,
          expires_at: expiresAt,
          address: place?.address ?? null,
          browser: place?.browser ?? null,
        })
        .execute();
      // One program that signs in again and again must not fill the table, which each sign-in sweeps.
      const own = isOwnedBy('user' in whose ? { subject: whose.user.subject } : whose);
      await db
        .deleteFrom('sessions')
        .where('hash', 'in', (eb) =>
          eb
            .selectFrom('sessions')
            .where(own)
            .orderBy('last_used_at', 'desc')
            .orderBy('created_at', 'desc')
            .offset(requestLimits.sessions.most)
            .select('hash'),
        )
        .execute();
    },
    find: async (hash) => {
      const row = await db
        .selectFrom('sessions')
        .leftJoin('api_keys', 'api_keys.id', 'sessions.key_id')
        .where('sessions.hash', '=', hash)
        .where(isOpen)
        .where('api_keys.revoked_at', 'is', null)
        .where((eb) => eb.or([eb('api_keys.expires_at', 'is', null), eb('api_keys.expires_at', '>', sql<Date>`now()`)]))
        .selectAll('sessions')
        .select(['api_keys.project_id as key_project', 'api_keys.role as key_role'])
        .select(sql<boolean>`coalesce(renew_at <= now(), false)`.as('due'))
        .select(wasLongUnused.as('use_due'))
        .executeTakeFirst();
      const identity = row && (ofKey(row) ?? ofUser(row));
      return identity && { identity, renewalDue: row.due, useDue: row.use_due };
    },
    noteUse: async (hash, address) => {
      await db
        .updateTable('sessions')
        .set({ last_used_at: sql`now()`, address })
        .where('hash', '=', hash)
        .where(isOpen)
        .where(wasLongUnused)
        .execute();
    },
    list: async (owner) => {
      const rows = await db
        .selectFrom('sessions')
        .where(isOwnedBy(owner))
        .where(isOpen)
        .orderBy('last_used_at', 'desc')
        .orderBy('created_at', 'desc')
        .limit(100)
        .select(['id', 'hash', 'created_at', 'last_used_at', 'expires_at', 'address', 'browser'])
        .execute();
      return rows.map(({ created_at, last_used_at, expires_at, ...row }) => ({
        ...row,
        createdAt: created_at,
        lastUsedAt: last_used_at,
        expiresAt: expires_at,
      }));
    },
    end: async (id, owner) => {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where('id', '=', id)
        .where(isOwnedBy(owner))
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    endOthers: async (owner, hash) => {
      const { numDeletedRows } = await db
        .deleteFrom('sessions')
        .where(isOwnedBy(owner))
        .$if(hash !== undefined, (query) => query.where('hash', '<>', hash as Buffer))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
    claimRenewal: async (hash) => {
      const row = await db
        .updateTable('sessions')
        .set({ renewing_until: claim })
        .where('hash', '=', hash)
        .where('renew_at', '<=', sql<Date>`now()`)
        .where((eb) => eb.or([eb('renewing_until', 'is', null), eb('renewing_until', '<', sql<Date>`now()`)]))
        .returning('sealed')
        .executeTakeFirst();
      return row?.sealed ?? undefined;
    },
    settleRenewal: async (hash, grant) => {
      await db
        .updateTable('sessions')
        .set(grant ? toColumns(grant) : { renewing_until: null })
        .where('hash', '=', hash)
        .execute();
    },
    chooseProject: async (hash, projectId) => {
      await db.updateTable('sessions').set({ project_id: projectId }).where('hash', '=', hash).execute();
    },
    remove: async (hash) => {
      const row = await db.deleteFrom('sessions').where('hash', '=', hash).returning('sealed').executeTakeFirst();
      return row?.sealed ?? undefined;
    },
  };
}

type KeyColumns = Pick<SessionTable, 'key_id'> & { key_project: string | null; key_role: Identity['role'] | null };

function ofKey({ key_id, key_project, key_role }: KeyColumns): Identity | undefined {
  return key_id !== null && key_project !== null && key_role !== null
    ? { projectId: key_project, role: key_role, keyId: key_id }
    : undefined;
}

function ofUser({ subject, name, project_id, projects, role }: Selectable<SessionTable>): Identity | undefined {
  return subject !== null && name !== null && project_id !== null && projects !== null && role !== null
    ? { projectId: project_id, role, user: { subject, name, projects } }
    : undefined;
}
