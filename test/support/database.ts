import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { inject } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { databaseUrl, loginUrl, onServer, template } from './database-server.ts';

/** A database of its own, migrated unless told otherwise. */
export async function freshDatabase({ migrated = true } = {}): Promise<{
  url: string;
  /** As the owner: for what a test makes and looks at. */
  db: Kysely<Database>;
  /** As the login of one kind of process: for the stores that it builds. */
  as(role: ProcessRole): Kysely<Database>;
  drop(): Promise<void>;
}> {
  const server = inject('stack').databaseUrl;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}${migrated ? ` template ${template}` : ''}`);
  const url = databaseUrl(server, name);
  const { db, close } = openDatabase(url);
  const logins: Partial<Record<ProcessRole, OpenDatabase>> = {};
  return {
    url,
    db,
    as: (role) => {
      logins[role] ??= openDatabase(loginUrl(url, role));
      return logins[role].db;
    },
    drop: async () => {
      for (const login of Object.values(logins)) await login.close();
      await close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}
