import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { AuditChain, AuditFault, AuditHead } from '../../shared/ports/audit.ts';
import type { Database } from './schema.ts';

/** The same as in migration 0022, only with functions of Postgres itself, because a function of ours may have been changed together with the entries. */
const content = sql<string>`jsonb_build_array(id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
  action, actor, key_id, project_id, image_id, address, details)::text`;
const before = Buffer.alloc(32);
const page = 2000;

function computeHash(previous: Buffer, text: string): Buffer {
  return createHash('sha256').update(previous).update(text, 'utf8').digest();
}

type Entry = { id: number; at: Date; previous: Buffer; hash: Buffer; content: string };

export function createAuditChain(db: Kysely<Database>): AuditChain {
  async function* entries(): AsyncGenerator<Entry> {
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const rows = await db
        .selectFrom('audit_log')
        .where('id', '>', after)
        .orderBy('id')
        .limit(page)
        .select(['id', 'at', 'previous', 'hash', content.as('content')])
        .execute();
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  /** Why an entry does not follow the one before it: its true predecessor is elsewhere in the log, or was removed. */
  const breach = async (entry: Entry, last: Entry | undefined): Promise<AuditFault> => {
    const isFirst = entry.previous.equals(before);
    const follows = isFirst
      ? undefined
      : await db.selectFrom('audit_log').where('hash', '=', entry.previous).select('id').executeTakeFirst();
    if (!isFirst && !follows) return { kind: 'removed', before: entry.id, ...(last ? { after: last.id } : {}) };
    const inserted = await db
      .selectFrom('audit_log')
      .$if(follows !== undefined, (query) => query.where('id', '>', follows?.id as number))
      .orderBy('id')
      .select('id')
      .executeTakeFirstOrThrow();
    return { kind: 'inserted', id: inserted.id };
  };

  return {
    head: async () => {
      const row = await db
        .selectFrom('audit_log')
        .orderBy('id', 'desc')
        .select(['id', 'at', 'hash'])
        .executeTakeFirst();
      return row && { id: row.id, at: row.at, hash: row.hash.toString('hex') };
    },
    verify: async (kept) => {
      let last: Entry | undefined;
      let count = 0;
      let isKept = kept === undefined;
      for await (const entry of entries()) {
        if (!computeHash(entry.previous, entry.content).equals(entry.hash)) {
          return { entries: count, fault: { kind: 'changed', id: entry.id } };
        }
        if (!entry.previous.equals(last?.hash ?? before)) return { entries: count, fault: await breach(entry, last) };
        if (entry.id === kept?.id && entry.hash.toString('hex') === kept.hash) isKept = true;
        last = entry;
        count++;
      }
      const head: AuditHead | undefined = last && { id: last.id, at: last.at, hash: last.hash.toString('hex') };
      if (!isKept && kept) return { entries: count, fault: { kind: 'cut', id: kept.id } };
      return { entries: count, ...(head ? { head } : {}) };
    },
  };
}
