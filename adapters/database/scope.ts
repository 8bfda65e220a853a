import { AsyncLocalStorage } from 'node:async_hooks';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import pg from 'pg';
import type { Scope, WithinScope, WithinSnapshot } from '../../shared/ports/scope.ts';
import type { Database } from './schema.ts';

export type ScopedDatabase = {
  /** For stores: each query and each transaction uses the scope in which it is called. Outside of any scope it sees nothing. */
  db: Kysely<Database>;
  within: WithinScope;
  snapshot: WithinSnapshot;
};

/** The connection of a snapshot is used for one query after the other. */
type Snapshot = {
  connection: DatabaseConnection;
  scope: Scope | undefined;
  lastQuery: Promise<unknown>;
  /** After its transaction nobody may use the connection, which no longer has the rights of the scope. */
  hasEnded: boolean;
};

/**
 * Stores on the same pool, behind Postgres' own wall (migration 0010): a query that forgets its project finds no other project's rows. The role
 * and the project hold for one transaction, so that no connection carries them to the next one who gets it, nor a pooler
 * between us and the server.
 */
export function openScopedDatabase(pool: pg.Pool): ScopedDatabase {
  const scopes = new AsyncLocalStorage<Scope>();
  const snapshots = new AsyncLocalStorage<Snapshot>();
  const driver: Driver = new PostgresDriver({ pool });
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () =>
        wrapDriver(
          driver,
          () => scopes.getStore(),
          () => snapshots.getStore(),
        ),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return {
    db,
    within: (scope, work) => scopes.run(scope, work),
    snapshot: async (work) => {
      if (snapshots.getStore()) return work();
      await driver.init();
      const connection = await driver.acquireConnection();
      const scope = scopes.getStore();
      const snapshot: Snapshot = { connection, scope, lastQuery: Promise.resolve(), hasEnded: false };
      const end = (): Promise<unknown> => {
        snapshot.hasEnded = true;
        return snapshot.lastQuery;
      };
      try {
        await connection.executeQuery(enterScope(scope, 'begin isolation level repeatable read read only'));
        const result = await snapshots.run(snapshot, work);
        await end();
        await driver.commitTransaction(connection);
        return result;
      } catch (error) {
        await end();
        await driver.rollbackTransaction(connection).catch(() => undefined);
        throw error;
      } finally {
        await driver.releaseConnection(connection);
      }
    },
  };
}

/** Sent as one message, so it needs only one round trip. */
function enterScope(scope: Scope | undefined, begin = 'begin'): CompiledQuery {
  if (scope === 'everything') return CompiledQuery.raw(begin);
  return CompiledQuery.raw(
    `${begin}; set local role bootready_project; set local bootready.project to ${pg.escapeLiteral(scope?.projectId ?? '')}`,
  );
}

function snapshotConnection(snapshot: Snapshot): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery) => {
      const result = snapshot.lastQuery.then(() => {
        if (snapshot.hasEnded) throw new Error('a query came after the end of its snapshot');
        return snapshot.connection.executeQuery<R>(query);
      });
      snapshot.lastQuery = result.catch(() => undefined);
      return result;
    },
    streamQuery: refuseStream,
  };
}

function refuseStream(): never {
  throw new Error('nothing is streamed here');
}

function wrapDriver(
  driver: Driver,
  currentScope: () => Scope | undefined,
  currentSnapshot: () => Snapshot | undefined,
): Driver {
  const connections = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const scopes = new WeakMap<DatabaseConnection, Scope | undefined>();
  const inTransaction = new WeakSet<DatabaseConnection>();
  const behind = (connection: DatabaseConnection): DatabaseConnection => {
    const found = connections.get(connection);
    if (!found) throw new Error('a snapshot has no transactions of its own');
    return found;
  };

  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => {
      const scope = currentScope();
      const snapshot = currentSnapshot();
      if (snapshot) {
        if (snapshot.scope !== scope) throw new Error('a snapshot has the rights of one scope');
        return snapshotConnection(snapshot);
      }
      const connection = await driver.acquireConnection(options);
      const scoped: DatabaseConnection = {
        executeQuery: async (query, ...rest) => {
          if (scope === 'everything' || inTransaction.has(scoped)) return connection.executeQuery(query, ...rest);
          try {
            await connection.executeQuery(enterScope(scope));
            const result = await connection.executeQuery<never>(query, ...rest);
            await driver.commitTransaction(connection);
            return result;
          } catch (error) {
            // If a connection fails even here, the driver gives it up. The first error is the one to report.
            await driver.rollbackTransaction(connection).catch(() => undefined);
            throw error;
          }
        },
        streamQuery: refuseStream,
      };
      connections.set(scoped, connection);
      scopes.set(scoped, scope);
      return scoped;
    },
    releaseConnection: async (connection) => {
      // The connection of a snapshot is released at its end.
      const found = connections.get(connection);
      if (found) await driver.releaseConnection(found);
    },
    beginTransaction: async (connection, settings) => {
      const scope = scopes.get(connection);
      if (scope === 'everything') await driver.beginTransaction(behind(connection), settings);
      else {
        try {
          await behind(connection).executeQuery(enterScope(scope));
        } catch (error) {
          // It may have started, and nobody else ends it.
          await driver.rollbackTransaction(behind(connection)).catch(() => undefined);
          throw error;
        }
      }
      inTransaction.add(connection);
    },
    commitTransaction: async (connection) => {
      inTransaction.delete(connection);
      await driver.commitTransaction(behind(connection));
    },
    rollbackTransaction: async (connection) => {
      inTransaction.delete(connection);
      await driver.rollbackTransaction(behind(connection));
    },
    // The pool belongs to the code that opened it.
    destroy: () => Promise.resolve(),
  };
}
