import { type Kysely, sql } from 'kysely';
import type { SessionStore } from '../../shared/ports/projects.ts';
import type { Database } from './schema.ts';

export const createSessionStore = (db: Kysely<Database>): SessionStore => ({
  create: async ({ keyId, hash, expiresAt }) => {
    await db.deleteFrom('sessions').where('expires_at', '<', sql<Date>`now()`).execute();
    await db.insertInto('sessions').values({ key_id: keyId, hash, expires_at: expiresAt }).execute();
  },
  find: async (hash) => {
    const row = await db
      .selectFrom('sessions')
      .innerJoin('api_keys', 'api_keys.id', 'sessions.key_id')
      .where('sessions.hash', '=', hash)
      .where('sessions.expires_at', '>', sql<Date>`now()`)
      .where('api_keys.revoked_at', 'is', null)
      .where((eb) => eb.or([eb('api_keys.expires_at', 'is', null), eb('api_keys.expires_at', '>', sql<Date>`now()`)]))
      .select(['api_keys.id', 'api_keys.project_id', 'api_keys.role'])
      .executeTakeFirst();
    return row && { projectId: row.project_id, role: row.role, keyId: row.id };
  },
  remove: async (hash) => {
    await db.deleteFrom('sessions').where('hash', '=', hash).execute();
  },
});
