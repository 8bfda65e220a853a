import { type Kysely, sql } from 'kysely';
import type { WorkerRegistry } from '../../shared/ports/workers.ts';
import type { Database } from './schema.ts';

/** Workers that died are shown for a day. */
const forgottenAfterHours = 24;

export function createWorkerRegistry(db: Kysely<Database>): WorkerRegistry {
  return {
    beat: async (id, state) => {
      const text = JSON.stringify(state);
      await db
        .insertInto('workers')
        .values({ id, state: text })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ state: text, seen_at: sql`now()` }))
        .execute();
      await db
        .deleteFrom('workers')
        .where('seen_at', '<', sql<Date>`now() - make_interval(hours => ${forgottenAfterHours})`)
        .execute();
    },
    leave: async (id) => {
      await db.deleteFrom('workers').where('id', '=', id).execute();
    },
    list: async () => {
      const rows = await db.selectFrom('workers').orderBy('started_at').selectAll().execute();
      return rows.map(({ id, state, started_at, seen_at }) => ({ id, state, startedAt: started_at, seenAt: seen_at }));
    },
  };
}
