import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** Connections that break while they are used. test/hosts/lost-connections.test.ts has those whose other end vanishes. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let open: OpenDatabase;
beforeAll(async () => {
  database = await freshDatabase({ migrated: false });
  open = openDatabase(database.url);
});
afterAll(async () => {
  await open?.close();
  await database?.drop();
});

async function isGone(pid: number): Promise<boolean> {
  const { rows } = await sql`select from pg_stat_activity where pid = ${pid}`.execute(database.db);
  return rows.length === 0;
}

test('one that ends within a transaction fails that transaction, and nothing else', async () => {
  const transaction = open.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    const pid = rows[0]?.pid ?? 0;
    await sql`select pg_terminate_backend(${pid})`.execute(database.db);
    await eventually(() => isGone(pid), { within: 10, what: 'the server has ended it' });
    await sql`select 1`.execute(trx);
  });
  await expect(transaction).rejects.toThrow();
  await expect(sql`select 1 as one`.execute(open.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
});

test('the server ends a transaction that its client has left', async () => {
  const { rows } = await sql`select current_setting('idle_in_transaction_session_timeout') as left`.execute(open.db);
  expect(rows).toEqual([{ left: '1min' }]);
});
