import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { inject } from 'vitest';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';

/** A migrated database of its own. */
export const freshDatabase = async (): Promise<{ url: string; db: Kysely<Database>; drop(): Promise<void> }> => {
  const server = inject('stack').databaseUrl;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await admin(`create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).toString();
  const { db, close } = openDatabase(url);
  await migrateToLatest(db);
  return {
    url,
    db,
    drop: async () => {
      await close();
      await admin(`drop database ${name} with (force)`);
    },
  };
};
