import { readFile } from 'node:fs/promises';
import type { Kysely } from 'kysely';
import { grantRole, type Login, makeLogin } from '../../adapters/database/grant-rights.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { withDatabase } from './with-database.ts';

/** Gives an existing login of Postgres the rights of one kind of process. Run as the owner of the database. */
export function grantDatabaseRole(user: string, role: ProcessRole): Promise<void> {
  return withDatabase((db) => grantRole(db, role, user));
}

/**
 * Makes the logins of processes.
 * @param wanted each `ROLE=FILE`: the file holds what that process will have as DATABASE_URL, user and password included
 */
export async function makeLogins(db: Kysely<Database>, wanted: readonly string[]): Promise<string[]> {
  const made: string[] = [];
  for (const each of wanted) {
    const role = processRoles.find((name) => each.startsWith(`${name}=`));
    if (!role) {
      throw new BootreadyError({
        code: 'invalid-input',
        message: `"${each}" is not a kind of process.`,
        remedy: `Give --login ROLE=FILE with one of: ${processRoles.join(', ')}.`,
      });
    }
    const login = await loginIn(each.slice(role.length + 1));
    await makeLogin(db, role, login);
    made.push(`${login.user} (${role})`);
  }
  return made;
}

async function loginIn(path: string): Promise<Login> {
  try {
    const { username, password } = new URL((await readFile(path, 'utf8')).trim());
    if (username && password) return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    // Said below.
  }
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'A file that --login names holds no postgres:// URL with user and password.',
    remedy: 'Write the future DATABASE_URL of the process into it.',
  });
}
