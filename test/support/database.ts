import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { inject } from 'vitest';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';

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
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  const { db, close } = openDatabase(url);
  if (migrated) await migrateToLatest(db);
  return {
    url,
    db,
    drop: async () => {
      await close();
      await admin(`drop database ${name} with (force)`);
    },
  };
};
