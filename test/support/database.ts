import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { inject } from 'vitest';
import { openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { databaseUrl, onServer, template } from './database-server.ts';

/** A database of its own, migrated unless told otherwise. */
export const freshDatabase = async ({
  migrated = true,
} = {}): Promise<{
  url: string;
  db: Kysely<Database>;
  drop(): Promise<void>;
}> => {
  const server = inject('stack').databaseUrl;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, `create database ${name}${migrated ? ` template ${template}` : ''}`);
  const url = databaseUrl(server, name);
  const { db, close } = openDatabase(url);
  return {
    url,
    db,
    drop: async () => {
      await close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
};
