import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuditChain } from '../../adapters/database/audit-chain.ts';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import type { AuditChain } from '../../shared/ports/audit.ts';
import { freshDatabase } from '../support/database.ts';

/** The chain of the audit log, and whoever changes it as a superuser of the database, past its triggers. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let chain: AuditChain;
beforeEach(async () => {
  database = await freshDatabase();
  chain = createAuditChain(database.db);
});
afterEach(() => database?.drop());

function record(name: string) {
  return createAuditLog(database.db).record({
    action: 'image.create',
    by: { name },
    details: { name: `ä "${name}"\n` },
  });
}
async function recordSome(count = 6): Promise<number[]> {
  for (let index = 0; index < count; index++) await record(`n-${index}`);
  const rows = await database.db.selectFrom('audit_log').orderBy('id').select('id').execute();
  return rows.map(({ id }) => id);
}
/** What a trigger of ours would refuse. */
async function tamper(query: ReturnType<typeof sql>): Promise<void> {
  await database.db.connection().execute(async (connection) => {
    await sql`set session_replication_role = replica`.execute(connection);
    await query.execute(connection);
    await sql`set session_replication_role = origin`.execute(connection);
  });
}

describe('the chain of the audit log', () => {
  test('is whole when nobody changed it, and an empty one has no head', async () => {
    expect([await chain.head(), await chain.verify()]).toEqual([undefined, { entries: 0 }]);
    await recordSome();
    const head = await chain.head();
    expect(head?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await chain.verify()).toEqual({ entries: 6, head });
  });

  test('is one, when many processes write it at once', async () => {
    const others = Array.from({ length: 4 }, () => openDatabase(database.url, { max: 5 }));
    const logs = others.map(({ db }) => createAuditLog(db));
    await Promise.all(
      logs.flatMap((log, writer) =>
        Array.from({ length: 100 }, (_, index) =>
          log.record({ action: 'image.change', by: { name: `w${writer}-${index}` } }),
        ),
      ),
    );
    await Promise.all(others.map(({ close }) => close()));
    expect(await chain.verify()).toMatchObject({ entries: 400, head: await chain.head() });
  });

  test('cannot be forked by a writer that does not see the newest entry', async () => {
    await recordSome(2);
    const { db } = database;
    await expect(
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (late) => {
          await late.selectFrom('audit_log').selectAll().execute();
          await record('between');
          await createAuditLog(late).record({ action: 'image.change', by: { name: 'late' } });
        }),
    ).rejects.toThrow(/audit_log_previous/);
    expect((await chain.verify()).fault).toBeUndefined();
  });

  test.each([
    ['action', "'image.delete'"],
    ['actor', "'somebody else'"],
    ['at', "at - interval '1 microsecond'"],
    ['address', "'192.0.2.9'"],
    ['details', `'{"name":"other"}'`],
    ['project_id', "'other'"],
    ['key_id', 'gen_random_uuid()'],
    ['image_id', 'gen_random_uuid()'],
    ['hash', "sha256('x')"],
  ])('tells which entry had its %s changed', async (column, value) => {
    const ids = await recordSome();
    await tamper(sql`update audit_log set ${sql.ref(column)} = ${sql.raw(value)} where id = ${ids[2]}`);
    expect(await chain.verify()).toEqual({ entries: 2, fault: { kind: 'changed', id: ids[2] } });
  });

  test('tells where one was removed, in the middle and at the beginning', async () => {
    const ids = await recordSome();
    await tamper(sql`delete from audit_log where id = ${ids[3]}`);
    expect((await chain.verify()).fault).toEqual({ kind: 'removed', before: ids[4], after: ids[2] });
    await tamper(sql`delete from audit_log where id = ${ids[0]}`);
    expect((await chain.verify()).fault).toEqual({ kind: 'removed', before: ids[1] });
  });

  test('tells of one that was changed and given a hash that fits', async () => {
    const ids = await recordSome();
    await tamper(sql`update audit_log set actor = 'x' where id = ${ids[2]}`);
    await tamper(
      sql`update audit_log a set hash = sha256(previous || convert_to(audit_content(a), 'UTF8')) where id = ${ids[2]}`,
    );
    expect((await chain.verify()).fault).toEqual({ kind: 'removed', before: ids[3], after: ids[2] });
  });

  test('tells which one was put in between, with a hash that fits', async () => {
    const ids = await recordSome();
    await tamper(sql`drop index audit_log_previous`);
    // Room for an id between two.
    const between = (ids[2] as number) + 1;
    expect(ids).not.toContain(between);
    await tamper(sql`insert into audit_log (id, action, actor, previous, hash) overriding system value
      select ${between}, 'image.create', 'nobody', hash, '' from audit_log where id = ${ids[2]}`);
    await tamper(
      sql`update audit_log a set hash = sha256(previous || convert_to(audit_content(a), 'UTF8')) where id = ${between}`,
    );
    expect((await chain.verify()).fault).toEqual({ kind: 'inserted', id: between });
  });

  test('shows by the head that was kept that the newest entries were cut off, and by nothing else', async () => {
    const ids = await recordSome();
    const kept = await chain.head();
    await record('after that');
    expect((await chain.verify(kept)).fault).toBeUndefined();
    await tamper(sql`delete from audit_log where id >= ${ids[4]}`);
    expect((await chain.verify()).fault).toBeUndefined();
    expect((await chain.verify(kept)).fault).toEqual({ kind: 'cut', id: ids[5] });
    await recordSome(3);
    expect((await chain.verify(kept)).fault).toEqual({ kind: 'cut', id: ids[5] });
  });
});
