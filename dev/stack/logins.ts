import { makeLogin } from '../../adapters/database/grant-rights.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { roleName } from '../../adapters/database/rights.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import type { StackState } from './state.ts';

type Logins = StackState['logins'];

function nameLogin(role: ProcessRole): string {
  return `${roleName(role)}_login`;
}

/** The logins of the processes, each with the rights of its kind only; the roles come with "bootready migrate". */
export async function makeLogins(ownerUrl: string, logins: Logins): Promise<void> {
  const { db, close } = openDatabase(ownerUrl, { max: 1 });
  try {
    for (const role of processRoles) {
      await makeLogin(db, role, { user: nameLogin(role), password: logins[role] });
    }
  } finally {
    await close();
  }
}

/** As one kind of process reaches the database that the owner reaches by this URL. */
export function loginUrl(ownerUrl: string, role: ProcessRole, logins: Logins): string {
  return Object.assign(new URL(ownerUrl), { username: nameLogin(role), password: logins[role] }).toString();
}
