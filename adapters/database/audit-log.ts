import { type Kysely, sql } from 'kysely';
import type { AuditLog } from '../../shared/ports/audit.ts';
import type { Database } from './schema.ts';

export function createAuditLog(db: Kysely<Database>): AuditLog {
  return {
    record: async ({ action, by, projectId, imageId, address, details = {} }) => {
      const keyId = 'keyId' in by ? by.keyId : null;
      await db
        .insertInto('audit_log')
        .values({
          action,
          // The name as it is now: keys may be renamed, and what was done stays done by that name.
          actor:
            'name' in by
              ? by.name
              : sql<string>`coalesce((select name from api_keys where id = ${keyId}), 'unknown key')`,
          key_id: keyId,
          project_id: projectId ?? null,
          image_id: imageId ?? null,
          address: address ?? null,
          details: JSON.stringify(details),
        })
        .execute();
    },

    list: async ({ action, projectId, imageId, since, until, before, limit }) => {
      const rows = await db
        .selectFrom('audit_log')
        .$if(action !== undefined, (query) => query.where('action', '=', action as string))
        .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId as string))
        .$if(imageId !== undefined, (query) => query.where('image_id', '=', imageId as string))
        .$if(since !== undefined, (query) => query.where('at', '>=', new Date(since as string)))
        .$if(until !== undefined, (query) => query.where('at', '<', new Date(until as string)))
        .$if(before !== undefined, (query) => query.where('id', '<', before as number))
        .orderBy('id', 'desc')
        .limit(limit)
        .selectAll()
        .execute();
      return rows.map((row) => ({
        id: row.id,
        at: row.at,
        action: row.action as never,
        actor: row.actor,
        keyId: row.key_id,
        projectId: row.project_id,
        imageId: row.image_id,
        address: row.address,
        details: row.details,
      }));
    },
  };
}
