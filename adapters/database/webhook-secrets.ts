import { type Kysely, sql } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import type { Rotation } from '../../shared/ports/webhooks.ts';
import { encryptedPrefix, type SecretKeys } from '../../shared/secrets/secret-keys.ts';
import type { Database } from './schema.ts';

/** The place to which the secret of this webhook is bound. */
export function locateSecret(id: string): string {
  return `webhooks.secret of ${id}`;
}

const atOnce = 100;

/**
 * Works row by row, and changes a row only if it is still as it was read: other processes may do the same at the same time, and it may be stopped and repeated.
 */
export async function encryptWebhooksAgain(
  db: Kysely<Database>,
  secrets: SecretKeys,
  which: 'clear' | 'outdated',
): Promise<Rotation> {
  const good = which === 'clear' ? encryptedPrefix : secrets.prefixes[0];
  const result: Rotation = { encrypted: 0, unreadable: [] };
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await db
      .selectFrom('webhooks')
      .where('secret', 'not like', `${good}%`)
      .where('id', '>', after)
      .orderBy('id')
      .limit(atOnce)
      .select(['id', 'secret'])
      .execute();
    for (const { id, secret } of rows) {
      const text = readable(secrets, secret, id);
      if (text instanceof BootreadyError) {
        result.unreadable.push(text);
        continue;
      }
      const { numUpdatedRows } = await db
        .updateTable('webhooks')
        .set({ secret: secrets.encrypt(text, locateSecret(id)) })
        .where('id', '=', id)
        .where('secret', '=', secret)
        .executeTakeFirst();
      result.encrypted += Number(numUpdatedRows);
    }
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return result;
    after = last.id;
  }
}

function readable(secrets: SecretKeys, encrypted: string, id: string): string | BootreadyError {
  try {
    return secrets.decrypt(encrypted, locateSecret(id));
  } catch (error) {
    if (error instanceof BootreadyError) return error;
    throw error;
  }
}

/** With which keys the secrets are encrypted; those in clear count as `older`. */
export async function countByKey(
  db: Kysely<Database>,
  { prefixes: [newest, ...older] }: SecretKeys,
): Promise<{ newest: number; older: number; lost: number }> {
  const { rows } = await sql<{ prefix: string; count: string }>`
    select case when starts_with(secret, ${encryptedPrefix}) then left(secret, ${newest.length}) else '' end as prefix, count(*) as count
    from webhooks group by 1`.execute(db);
  const counts = { newest: 0, older: 0, lost: 0 };
  for (const { prefix, count } of rows) {
    const kind = prefix === newest ? 'newest' : prefix === '' || older.includes(prefix) ? 'older' : 'lost';
    counts[kind] += Number(count);
  }
  return counts;
}
