import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantRights, grantRole } from '../../adapters/database/grant-rights.ts';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { databaseRoles, roleName, sequenceRights, tableRights } from '../../adapters/database/rights.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import { makeLogins } from '../../cli/operate/database.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { freshDatabase } from '../support/database.ts';
import { loginUrl } from '../support/database-server.ts';
import { publishedImage, someProject } from '../support/samples.ts';

/** What each kind of process may do, as Postgres' own catalogue has it, and as its login finds it. */
let database: Awaited<ReturnType<typeof freshDatabase>>;
let owner: Kysely<Database>;
const as = {} as Record<ProcessRole, OpenDatabase>;
beforeAll(async () => {
  database = await freshDatabase();
  owner = database.db;
  for (const role of processRoles) as[role] = openDatabase(loginUrl(database.url, role), { max: 2 });
});
afterAll(async () => {
  for (const { close } of Object.values(as)) await close();
  await database.drop();
});

/** "insert, select, update (created_at)", by table, of one role. */
async function granted(role: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ table: string; right: string }>`
    select table_name as table, lower(privilege_type) as right from information_schema.role_table_grants where grantee = ${role}
    union all
    select table_name, lower(privilege_type) || ' (' || column_name || ')' from information_schema.column_privileges c
      where grantee = ${role} and not exists (select from information_schema.role_table_grants t
        where t.grantee = c.grantee and t.table_name = c.table_name and t.privilege_type = c.privilege_type)`.execute(
    owner,
  );
  const byTable: Record<string, string[]> = {};
  for (const { table, right } of rows) byTable[table] = [...(byTable[table] ?? []), right];
  return Object.fromEntries(Object.entries(byTable).map(([table, rights]) => [table, rights.sort().join(', ')]));
}
function sorted(rights: string): string {
  return rights.split(', ').sort().join(', ');
}

test('every table of the schema has its row', async () => {
  const { rows } = await sql<{ name: string }>`select tablename::text as name from pg_tables
    where schemaname = 'public' and tablename not like 'kysely_%' order by 1`.execute(owner);
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(tableRights).sort());
  const sequences = await sql<{ name: string }>`select c.relname::text as name from pg_class c
    where c.relkind = 'S' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i')`.execute(
    owner,
  );
  expect(sequences.rows.map(({ name }) => name)).toEqual(Object.keys(sequenceRights));
});

test.each(databaseRoles)('%s has in the catalogue what the table says, and no more', async (role) => {
  const expected = Object.entries(tableRights).flatMap(([table, rights]) => {
    const allowed = rights[role];
    return allowed ? [[table, sorted(allowed)] as const] : [];
  });
  const versions = role === 'project' ? {} : { kysely_migration: 'select', kysely_migration_lock: 'select' };
  expect(await granted(roleName(role))).toEqual({ ...Object.fromEntries(expected), ...versions });
  const { rows } = await sql`select from pg_roles where rolname = ${roleName(role)}
    and not (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolcanlogin)`.execute(owner);
  expect(rows).toHaveLength(1);
});

test('giving them again changes nothing, and takes away what somebody else gave', async () => {
  const before = await granted('bootready_worker');
  await sql`grant select on api_keys to bootready_worker`.execute(owner);
  expect(await grantRights(owner)).toEqual([]);
  expect(await granted('bootready_worker')).toEqual(before);
});

describe('what nobody may do whose process was taken over', () => {
  const refused = /permission denied/;
  test.each<[ProcessRole, string]>([
    ['api', 'insert into publications select * from publications'],
    ['api', 'update publications set sha256 = sha256'],
    ['api', 'delete from publications'],
    ['api', 'delete from audit_log'],
    ['api', "update audit_log set actor = 'nobody'"],
    ['api', 'truncate audit_log'],
    ['api', "update api_keys set role = 'admin'"],
    ['api', 'insert into api_keys select * from api_keys'],
    ['api', 'alter table audit_log disable trigger all'],
    ['api', 'drop policy process on images'],
    ['api', "select nextval('run_fence')"],
    ['worker', 'select * from api_keys'],
    ['worker', 'select * from sessions'],
    ['worker', 'select secret from webhooks'],
    ['worker', 'select * from audit_log'],
    ['worker', 'select * from upload_events'],
    ['worker', 'delete from images'],
    ['worker', "update projects set key_prefix = 'x/'"],
    ['worker', 'set role bootready_project'],
    ['queues', 'select * from api_keys'],
    ['queues', 'select * from sessions'],
    ['queues', 'select * from audit_log'],
    ['queues', 'insert into publications select * from publications'],
    ['queues', 'insert into outbox select * from outbox'],
    ['queues', 'create table t ()'],
    ['worker', 'create role r'],
  ])('%s: %s', async (role, statement) => {
    await expect(sql.raw(statement).execute(as[role].db)).rejects.toThrow(
      statement.startsWith('alter') || statement.startsWith('drop') ? /must be owner/ : refused,
    );
  });
});

test('policies hold projects apart, and hide nothing from processes', async () => {
  const [mine, theirs] = [await someProject(owner), await someProject(owner)];
  await publishedImage(owner, mine);
  const { image } = await publishedImage(owner, theirs);
  for (const role of processRoles) {
    const rows = await as[role].db.selectFrom('images').select('id').execute();
    expect(rows.length, role).toBe(2);
  }
  const { db, within } = as.api.scoped();
  const seen = await within({ projectId: mine.id }, () => db.selectFrom('images').select('project_id').execute());
  expect(seen).toEqual([{ project_id: mine.id }]);
  expect(await db.selectFrom('images').select('id').where('id', '=', image.id).execute()).toEqual([]);
  expect(await within('everything', () => createProjectStore(db).all())).toHaveLength(2);
});

test('the API may end a key, and may not undo that', async () => {
  const project = await someProject(owner);
  const keys = createApiKeyStore(as.api.db);
  const made = newApiKey();
  const id = await createApiKeyStore(owner).create({ projectId: project.id, name: 'x', role: 'admin', ...made });
  expect(await keys.revoke(id)).toEqual({ projectId: project.id, name: 'x' });
  expect(await keys.revoke(id)).toBeUndefined();
  for (const value of ['null', "now() + interval '1 day'"]) {
    const statement = sql`update api_keys set revoked_at = ${sql.raw(value)} where id = ${id}`;
    await expect(statement.execute(as.api.db)).rejects.toThrow(/stays revoked/);
  }
  expect(await keys.find(made.hash)).toBeUndefined();
});

test('nobody but the owner makes anything in the schema, as before Postgres 15 everybody could', async () => {
  await sql`grant create on schema public to public`.execute(owner);
  await grantRights(owner);
  const statement = sql`create function nextval(text) returns bigint language sql as 'select 1'`;
  await expect(statement.execute(as.api.db)).rejects.toThrow(/permission denied/);
});

test('a login may be several kinds of process; one that is not there is named', async () => {
  await sql`create role two_kinds login password 'test' in role bootready_queues`.execute(owner);
  await grantRole(owner, 'worker', 'two_kinds');
  const url = Object.assign(new URL(database.url), { username: 'two_kinds', password: 'test' }).toString();
  const { db, close } = openDatabase(url, { max: 1 });
  try {
    await createWorkerRegistry(db).beat('w', {} as never);
    await db.selectFrom('outbox').selectAll().execute();
    await expect(sql`select from sessions`.execute(db)).rejects.toThrow(/permission denied/);
    await expect(grantRole(db, 'api', 'two_kinds')).rejects.toMatchObject({ code: 'forbidden' });
  } finally {
    await close();
    await sql`drop role two_kinds`.execute(owner);
  }
  await expect(grantRole(owner, 'api', 'nobody-here')).rejects.toMatchObject({ code: 'not-found' });
});

test('the logins of an installation are made of the URLs of their processes, again and again', async () => {
  const file = join(tmpdir(), `login-${randomUUID()}`);
  const url = Object.assign(new URL(database.url), { username: 'made_login', password: 'p%40ss' }).toString();
  writeFileSync(file, `${url}\n`, { mode: 0o600 });
  try {
    for (const role of ['queues', 'api']) {
      expect(await makeLogins(owner, [`${role}=${file}`])).toEqual([`made_login (${role})`]);
    }
    const { db, close } = openDatabase(url, { max: 1 });
    await expect(sql`select count(*) from outbox`.execute(db)).resolves.toBeDefined();
    await close();
    await expect(makeLogins(owner, [`owner=${file}`])).rejects.toThrow(/not a kind of process/);
    await expect(makeLogins(owner, ['api=/nowhere'])).rejects.toThrow(/holds no postgres/);
  } finally {
    rmSync(file);
    await sql`drop role made_login`.execute(owner);
  }
});

test('an owner who may make no roles still owns a working database', async () => {
  await sql`create role small login password 'test'`.execute(owner);
  await sql`grant bootready_project to small`.execute(owner);
  const empty = await freshDatabase({ migrated: false });
  try {
    const name = new URL(empty.url).pathname.slice(1);
    await sql`alter database ${sql.id(name)} owner to small`.execute(owner);
    const url = Object.assign(new URL(empty.url), { username: 'small', password: 'test' }).toString();
    const { db, close } = openDatabase(url, { max: 1 });
    const { migrateToLatest } = await import('../../adapters/database/migrate.ts');
    try {
      await migrateToLatest(db);
      // The other databases of this server have made them all.
      expect(await grantRights(db)).toEqual([]);
      await someProject(db);
    } finally {
      await close();
    }
  } finally {
    await empty.drop();
    await sql`drop role small`.execute(owner);
  }
});
