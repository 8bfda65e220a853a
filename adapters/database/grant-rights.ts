import { type Kysely, sql, type Transaction } from 'kysely';
import { BootreadyError } from '../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { databaseRoles, roleName, sequenceRights, tableRights } from './rights.ts';
import type { Database } from './schema.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const insufficientPrivilege = '42501';
const undefinedObject = '42704';

/**
 * Gives each role exactly its rights, in one transaction; may be repeated. Roles belong to the whole server: roles that this user may not create are left out
 * and returned. @returns names of the missing roles
 */
export async function grantRights(db: Kysely<Database>): Promise<string[]> {
  for (const role of databaseRoles) await makeRole(db, roleName(role));
  const { rows } = await sql<{ name: string }>`select rolname as name from pg_roles
    where rolname in (${sql.join(databaseRoles.map(roleName))})`.execute(db);
  const there = new Set(rows.map(({ name }) => name));
  await db.transaction().execute((trx) => grantAll(trx, there));
  if (there.has(roleName('api'))) await joinProject(db);
  return databaseRoles.map(roleName).filter((name) => !there.has(name));
}

async function makeRole(db: Kysely<Database>, name: string): Promise<void> {
  await sql`do $$ begin
    if not exists (select from pg_roles where rolname = ${sql.lit(name)}) then
      create role ${sql.id(name)} nologin nosuperuser nobypassrls;
    end if;
  -- Another database of the server may make it at this moment.
  exception when duplicate_object or unique_violation or insufficient_privilege then null;
  end $$`.execute(db);
}

async function grantAll(trx: Transaction<Database>, there: ReadonlySet<string>): Promise<void> {
  const {
    rows: [{ schema } = { schema: 'public' }],
  } = await sql<{ schema: string }>`select current_schema() as schema`.execute(trx);
  // Before Postgres 15 everybody may make functions in "public", and ours that run with the owner's rights could call those.
  await sql`revoke create on schema ${sql.id(schema)} from public`.execute(trx);
  const names = databaseRoles.map((role) => [role, roleName(role)] as const).filter(([, name]) => there.has(name));
  for (const [role, name] of names) {
    const to = sql.id(name);
    await sql`revoke all on all tables in schema ${sql.id(schema)} from ${to}`.execute(trx);
    await sql`revoke all on all sequences in schema ${sql.id(schema)} from ${to}`.execute(trx);
    await sql`grant usage on schema ${sql.id(schema)} to ${to}`.execute(trx);
    // Which version the schema has, for the doctor.
    if (role !== 'project') await sql`grant select on kysely_migration, kysely_migration_lock to ${to}`.execute(trx);
    for (const [table, rights] of Object.entries(tableRights)) {
      const allowed = rights[role];
      if (allowed) await sql`grant ${sql.raw(allowed)} on table ${sql.id(table)} to ${to}`.execute(trx);
    }
    for (const [sequence, rights] of Object.entries(sequenceRights)) {
      const allowed = rights[role];
      if (allowed) await sql`grant ${sql.raw(allowed)} on sequence ${sql.id(sequence)} to ${to}`.execute(trx);
    }
  }
  for (const [table, rights] of Object.entries(tableRights)) {
    const members = processRoles.filter((role) => rights[role] && there.has(roleName(role))).map(roleName);
    await letThrough(trx, table, members);
  }
}

/** Row-level security holds projects apart, not processes: these see every row of what they may touch. */
async function letThrough(trx: Transaction<Database>, table: string, members: readonly string[]): Promise<void> {
  const { rows } = await sql<{ members: string[] }>`select roles::text[] as members from pg_policies
    where schemaname = current_schema() and tablename = ${table} and policyname = 'process'`.execute(trx);
  // Changing a policy locks the table: only where something changes.
  if (String([...(rows[0]?.members ?? [])].sort()) === String([...members].sort())) return;
  await sql`drop policy if exists process on ${sql.id(table)}`.execute(trx);
  if (members.length === 0) return;
  const to = sql.join(members.map((name) => sql.id(name)));
  await sql`create policy process on ${sql.id(table)} to ${to} using (true) with check (true)`.execute(trx);
}

/** The API acts as the role of projects (adapters/database/scope.ts). */
async function joinProject(db: Kysely<Database>): Promise<void> {
  await sql`do $$ begin
    if not pg_has_role('bootready_api', 'bootready_project', 'MEMBER') then
      grant bootready_project to bootready_api;
    end if;
  -- Another database of the server may do it at this moment: "tuple concurrently updated".
  exception when internal_error then null;
  end $$`
    .execute(db)
    .catch((cause: unknown) => {
      throw new BootreadyError({
        code: 'unavailable',
        message: 'The role bootready_api may not act as bootready_project.',
        remedy: 'As an administrator of the database, run: grant bootready_project to bootready_api',
        cause,
      });
    });
}

export type Login = { user: string; password: string };

/** Makes a login where it is not there, with this password, and lets it work as one kind of process. @throws `forbidden`, `not-found` */
export async function makeLogin(db: Kysely<Database>, role: ProcessRole, { user, password }: Login): Promise<void> {
  try {
    const { rows } = await sql`select from pg_roles where rolname = ${user}`.execute(db);
    if (rows.length === 0) await sql`create role ${sql.id(user)} login`.execute(db);
    await sql`alter role ${sql.id(user)} login password ${sql.lit(password)}`.execute(db);
  } catch (cause) {
    if ((cause as { code?: string }).code !== insufficientPrivilege) throw cause;
    throw new BootreadyError({
      code: 'forbidden',
      message: `This database user may not create the login ${user}.`,
      remedy: `As an administrator of the database, run: create role ${user} login password '...'`,
      cause,
    });
  }
  await grantRole(db, role, user);
}

/** Lets a login work as one kind of process. @throws `not-found`, `forbidden` */
export async function grantRole(db: Kysely<Database>, role: ProcessRole, user: string): Promise<void> {
  const command = `grant ${roleName(role)} to ${user}`;
  try {
    await sql`grant ${sql.id(roleName(role))} to ${sql.id(user)}`.execute(db);
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === undefinedObject) {
      throw new BootreadyError({
        code: 'not-found',
        message: `The database has no user "${user}", or no role ${roleName(role)}.`,
        remedy: `Create the user (create role ${user} login password '...'), and run "bootready migrate" for the role.`,
        cause,
      });
    }
    if (code === insufficientPrivilege) {
      throw new BootreadyError({
        code: 'forbidden',
        message: `This user may not grant ${roleName(role)} to others.`,
        remedy: `As an administrator of the database, run: ${command}`,
        cause,
      });
    }
    throw cause;
  }
}
