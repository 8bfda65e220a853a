import { sql } from 'kysely';
import pg from 'pg';
import { grantRights } from '../../adapters/database/grant-rights.ts';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { roleName } from '../../adapters/database/rights.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';

/** Databases of the one server, for the global set-up as well, which may not import vitest. */

/** Migrated; copied for each file. */
export const template = 'migrated';

/** One statement, as the owner of the server; its URL names any database but the one that is meant. */
export async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
/** As the processes of one kind log in. */
export function nameLogin(role: ProcessRole): string {
  return `login_${role}`;
}
const loginPassword = 'test';
export function loginUrl(url: string, role: ProcessRole): string {
  return Object.assign(new URL(url), { username: nameLogin(role), password: loginPassword }).toString();
}

/** Of another database of the server. */
export function databaseUrl(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: `/${name}` }).toString();
}

/** Once for all files: a copy of it takes a fraction of what the migrations take. */
export async function makeTemplate(server: string): Promise<void> {
  await onServer(server, `create database ${template}`);
  const { db, close } = openDatabase(databaseUrl(server, template));
  try {
    await migrateToLatest(db);
    await grantRights(db);
    for (const role of processRoles) {
      await sql`create role ${sql.id(nameLogin(role))} login password ${sql.lit(loginPassword)} in role ${sql.id(roleName(role))}`.execute(
        db,
      );
    }
  } finally {
    await close();
  }
}
