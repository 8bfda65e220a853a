import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { toConnection, whenWeVanish } from './connection.ts';
import type { Database } from './schema.ts';
import { openScopedDatabase, type ScopedDatabase } from './scope.ts';

/** bigint: byte counts and fences, none of which exceeds 2^53. */
const int8 = 20;

export type OpenDatabase = {
  /** As the owner of the tables: for workers, for operators, and for what is known before it is known who asks. */
  db: Kysely<Database>;
  /** Uses the same connections, with the rights of the caller. */
  scoped(): ScopedDatabase;
  close(): Promise<void>;
};

/** A pool of connections; nothing is connected until the first query, and a database that restarts is met again. */
export function openDatabase(url: string, { max = 10 }: { max?: number } = {}): OpenDatabase {
  const pool = new pg.Pool({
    ...toConnection(url),
    max,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; only its type says otherwise
    onConnect: async (client) => {
      // The pool listens only while nobody uses the connection. When one breaks in use, its query fails; that must not end the process too.
      client.on('error', () => undefined);
      await client.query(whenWeVanish);
    },
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? (Number as never) : pg.types.getTypeParser(oid, format as never),
    } as never,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, scoped: () => openScopedDatabase(pool), close: () => db.destroy() };
}
