import pg from 'pg';
import { migrateToLatest } from '../../adapters/database/migrate.ts';
import { openDatabase } from '../../adapters/database/open.ts';

/** Databases of the one server, for the global set-up as well, which may not import vitest. */

/** Migrated; copied for each file. */
export const template = 'migrated';

/** One statement, as the owner of the server; its URL names any database but the one that is meant. */
export const onServer = async (server: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
/** Of another database of the server. */
export const databaseUrl = (server: string, name: string): string =>
  Object.assign(new URL(server), { pathname: `/${name}` }).toString();

/** Once for all files: a copy of it takes a fraction of what the migrations take. */
export const makeTemplate = async (server: string): Promise<void> => {
  await onServer(server, `create database ${template}`);
  const { db, close } = openDatabase(databaseUrl(server, template));
  try {
    await migrateToLatest(db);
  } finally {
    await close();
  }
};
