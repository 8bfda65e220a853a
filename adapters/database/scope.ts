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
import type { Scope, WithinScope } from '../../shared/ports/scope.ts';
import type { Database } from './schema.ts';

export type ScopedDatabase = {
  /** For stores: each query and each transaction uses the scope in which it is called. Outside of any scope it sees nothing. */
  db: Kysely<Database>;
  within: WithinScope;
};

/**
 * Stores on the same pool, behind Postgres' own wall (migration 0010): a query that forgets its project finds no other project's rows. The role
 * and the project hold for one transaction, so that no connection carries them to the next one who gets it, nor a pooler
 * between us and the server.
 */
export function scopedDatabase(pool: pg.Pool): ScopedDatabase {
  const scopes = new AsyncLocalStorage<Scope>();
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => scopedDriver(new PostgresDriver({ pool }), () => scopes.getStore()),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return { db, within: (scope, work) => scopes.run(scope, work) };
}

/** Sent as one message, so it needs only one round trip. */
function entering(scope: Scope | undefined): CompiledQuery {
  const project = scope === undefined || scope === 'everything' ? '' : scope.projectId;
  return CompiledQuery.raw(
    `begin; set local role bootready_project; set local bootready.project to ${pg.escapeLiteral(project)}`,
  );
}

function scopedDriver(driver: Driver, currentScope: () => Scope | undefined): Driver {
  const connections = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const scopes = new WeakMap<DatabaseConnection, Scope | undefined>();
  const inTransaction = new WeakSet<DatabaseConnection>();
  const behind = (connection: DatabaseConnection): DatabaseConnection => {
    const found = connections.get(connection);
    if (!found) throw new Error('a connection of another driver');
    return found;
  };

  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => {
      const scope = currentScope();
      const connection = await driver.acquireConnection(options);
      const scoped: DatabaseConnection = {
        executeQuery: async (query, ...rest) => {
          if (scope === 'everything' || inTransaction.has(scoped)) return connection.executeQuery(query, ...rest);
          try {
            await connection.executeQuery(entering(scope));
            const result = await connection.executeQuery<never>(query, ...rest);
            await driver.commitTransaction(connection);
            return result;
          } catch (error) {
            // If a connection fails even here, the driver gives it up. The first error is the one to report.
            await driver.rollbackTransaction(connection).catch(() => undefined);
            throw error;
          }
        },
        streamQuery: () => {
          throw new Error('nothing is streamed here');
        },
      };
      connections.set(scoped, connection);
      scopes.set(scoped, scope);
      return scoped;
    },
    releaseConnection: (connection) => driver.releaseConnection(behind(connection)),
    beginTransaction: async (connection, settings) => {
      const scope = scopes.get(connection);
      if (scope === 'everything') await driver.beginTransaction(behind(connection), settings);
      else {
        try {
          await behind(connection).executeQuery(entering(scope));
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
