import { type Kysely, type Selectable, sql } from 'kysely';
import { type Limits, unlimited } from '../../shared/limits/quota.ts';
import type { ApiKeyStore, Project, ProjectStore } from '../../shared/ports/projects.ts';
import { limitsFor, readQuotas, readUsage } from './quota.ts';
import type { Database, ProjectTable } from './schema.ts';

function toProject(row: Selectable<ProjectTable>): Project {
  return {
    id: row.id,
    keyPrefix: row.key_prefix,
    targetFormat: row.target_format,
    policy: row.policy,
    bootCheck: row.boot_check,
    quota: { bytes: row.quota_bytes, images: row.quota_images, uploads: row.quota_uploads },
    targets: row.targets,
  };
}

function quotaColumns({ bytes, images, uploads }: Partial<Limits>) {
  return {
    ...(bytes === undefined ? {} : { quota_bytes: bytes }),
    ...(images === undefined ? {} : { quota_images: images }),
    ...(uploads === undefined ? {} : { quota_uploads: uploads }),
  };
}

/** @param limits of projects that have none of their own */
export function createProjectStore(db: Kysely<Database>, limits: Limits = unlimited): ProjectStore {
  return {
    ensure: async ({ id, keyPrefix, policy, bootCheck, quota = {} }) => {
      await db
        .insertInto('projects')
        .values({
          id,
          key_prefix: keyPrefix ?? `${id}/`,
          policy: policy ?? null,
          boot_check: bootCheck ?? null,
          ...quotaColumns(quota),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      return toProject(await db.selectFrom('projects').where('id', '=', id).selectAll().executeTakeFirstOrThrow());
    },
    setQuota: async (id, quota) => {
      const row = await db
        .updateTable('projects')
        .set({ id, ...quotaColumns(quota) })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row && toProject(row);
    },
    chooseTargets: async (id, targets) => {
      const row = await db
        .updateTable('projects')
        .set({ targets: targets && [...targets] })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return row && toProject(row);
    },
    quota: async (id) => {
      const own = await db
        .selectFrom('projects')
        .where('id', '=', id)
        .select(['quota_bytes', 'quota_images', 'quota_uploads'])
        .executeTakeFirst();
      return own && { limits: limitsFor(own, limits), used: await readUsage(db, id) };
    },
    quotas: async (page) => {
      const [projects, { total }] = await Promise.all([
        readQuotas(db, limits, page),
        db
          .selectFrom('projects')
          .select((eb) => eb.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow(),
      ]);
      return { projects, total };
    },
    get: async (id) => {
      const row = await db.selectFrom('projects').where('id', '=', id).selectAll().executeTakeFirst();
      return row && toProject(row);
    },
    all: async () => (await db.selectFrom('projects').orderBy('id').selectAll().execute()).map(toProject),
    existing: async (ids) => {
      if (ids.length === 0) return [];
      const rows = await db.selectFrom('projects').where('id', 'in', ids).orderBy('id').select('id').execute();
      return rows.map(({ id }) => id);
    },
    ofKey: async (key) => {
      const row = await db
        .selectFrom('projects')
        .where(sql<boolean>`starts_with(${key}, key_prefix)`)
        .orderBy(sql`length(key_prefix)`, 'desc')
        .selectAll()
        .executeTakeFirst();
      return row && toProject(row);
    },
  };
}

const isValid = sql<boolean>`revoked_at is null and (expires_at is null or expires_at > now())`;
const wasLongUnused = sql<boolean>`(last_used_at is null or last_used_at < now() - interval '1 minute')`;

export function createApiKeyStore(db: Kysely<Database>): ApiKeyStore {
  return {
    create: async ({ projectId, name, hash, hint, role, expiresAt }) => {
      const { id } = await db
        .insertInto('api_keys')
        .values({ project_id: projectId, name, hash, hint, role, expires_at: expiresAt ?? null })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },
    find: async (hash) => {
      const row = await db
        .selectFrom('api_keys')
        .where('hash', '=', hash)
        .where(isValid)
        .select(['id', 'project_id', 'role', wasLongUnused.as('use_due')])
        .executeTakeFirst();
      if (!row) return undefined;
      // Once a minute is exact enough. Nobody waits for it; what fails is written by the next request.
      if (row.use_due) {
        void db
          .updateTable('api_keys')
          .set({ last_used_at: sql`now()` })
          .where('id', '=', row.id)
          .where(wasLongUnused)
          .execute()
          .catch(() => undefined);
      }
      return { projectId: row.project_id, role: row.role, keyId: row.id };
    },
    get: async (id) => {
      const row = await db.selectFrom('api_keys').where('id', '=', id).where(isValid).selectAll().executeTakeFirst();
      return (
        row && {
          keyId: row.id,
          projectId: row.project_id,
          role: row.role,
          name: row.name,
          hash: row.hash,
          hint: row.hint,
          expiresAt: row.expires_at,
        }
      );
    },
    revoke: async (id) => {
      const row = await db
        .updateTable('api_keys')
        .set({ revoked_at: sql`now()` })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .returning(['project_id', 'name'])
        .executeTakeFirst();
      return row && { projectId: row.project_id, name: row.name };
    },
    list: async (projectId) => {
      const rows = await db
        .selectFrom('api_keys')
        .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .select(['id', 'project_id', 'name', 'role', 'hint', 'created_at', 'last_used_at', 'expires_at', 'revoked_at'])
        .execute();
      return rows.map((row) => ({
        id: row.id,
        projectId: row.project_id,
        name: row.name,
        role: row.role,
        hint: row.hint,
        createdAt: row.created_at,
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
        revokedAt: row.revoked_at,
      }));
    },
    rotate: (id, { hash, hint, formerEndsAt }) =>
      db.transaction().execute(async (changing) => {
        const former = await changing
          .selectFrom('api_keys')
          .where('id', '=', id)
          .where(isValid)
          .selectAll()
          .forUpdate()
          .executeTakeFirst();
        if (!former) return undefined;
        const { project_id, name, role, created_at, expires_at } = former;
        const life = expires_at && expires_at.getTime() - created_at.getTime();
        const { id: keyId } = await changing
          .insertInto('api_keys')
          .values({
            project_id,
            name,
            role,
            hash,
            hint,
            expires_at: life === null ? null : new Date(Date.now() + life),
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        const endsAt = expires_at && expires_at < formerEndsAt ? expires_at : formerEndsAt;
        await changing.updateTable('api_keys').set({ expires_at: endsAt }).where('id', '=', id).execute();
        return { keyId, projectId: project_id, name, role, formerEndsAt: endsAt };
      }),
  };
}
