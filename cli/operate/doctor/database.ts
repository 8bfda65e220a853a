import { type Kysely, sql } from 'kysely';
import { databaseTlsVariables } from '../../../adapters/database/connection.ts';
import { listPendingMigrations } from '../../../adapters/database/migrate.ts';
import { openDatabase } from '../../../adapters/database/open.ts';
import { roleName } from '../../../adapters/database/rights.ts';
import type { Database } from '../../../adapters/database/schema.ts';
import { tlsTrouble } from '../../../adapters/tls-trouble.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../../shared/operation/process-roles.ts';
import { compareClocks } from './clock.ts';
import type { Dependency, Say } from './dependency.ts';
import { explainReason, shortenUrl } from './reason.ts';

const oldest = 14;

type Server = { version: string; number: number; encoding: string; client: string; now: Date };

export const database: Dependency = {
  name: 'database',
  seconds: 10,
  remedy: 'Check that Postgres runs, and that DATABASE_URL names it.',
  examine: async ({ config, say }) => {
    const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
    try {
      const asked = Date.now();
      const { rows } = await sql<Server>`
        select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
          current_setting('server_encoding') as encoding, current_setting('client_encoding') as client,
          clock_timestamp() as now`
        .execute(db)
        .catch((error: unknown) => {
          throw unreachable(error, config.DATABASE_URL);
        });
      const answered = Date.now();
      const server = rows[0] as Server;
      if (server.number < oldest * 10_000) {
        say.failed(`Postgres ${server.version} is too old.`, `Use Postgres ${oldest} or newer.`);
      }
      if (server.encoding !== 'UTF8' || server.client !== 'UTF8') {
        say.failed(
          `The database is encoded as ${server.encoding}, the connection as ${server.client}; names of images need UTF8.`,
          'Recreate the database: createdb --encoding=UTF8 --template=template0 NAME',
        );
      }
      compareClocks(say, server.now, { asked, answered });
      const pending = await listPendingMigrations(db);
      if (pending.length > 0) {
        say.failed(`Its schema is out of date: ${pending.join(', ')} is missing.`, 'Run: bootready migrate');
        return;
      }
      const rights = await readRights(db);
      if (rights.isOwner || rights.roles.includes('api')) await examineWall(db, say);
      if (!rights.isOwner && rights.roles.length === 0) {
        say.failed(
          'The user in DATABASE_URL neither owns the tables nor has the rights of a process.',
          'Run as the owner of the database: bootready database grant USER --role api (or worker, or queues)',
        );
        return;
      }
      const as = rights.isOwner ? 'as the owner of its tables' : `with the rights of ${rights.roles.join(' and ')}`;
      say.ok(
        `Postgres ${server.version.split(' ')[0]} at ${shortenUrl(config.DATABASE_URL)}, ${as}; its schema is the newest.`,
      );
    } finally {
      await close();
    }
  },
};

/** As what we may work there: superusers are members of every role, and owners may do all. */
async function readRights(db: Kysely<Database>): Promise<{ isOwner: boolean; roles: ProcessRole[] }> {
  const { rows } = await sql<{ isOwner: boolean; roles: string[] }>`
    select pg_has_role(current_user, c.relowner, 'MEMBER') as "isOwner",
      array(select rolname::text from pg_roles
        where rolname in (${sql.join(processRoles.map(roleName))}) and pg_has_role(current_user, oid, 'MEMBER')) as roles
    from pg_class c where c.oid = 'images'::regclass`.execute(db);
  const { isOwner = false, roles = [] } = rows[0] ?? {};
  return { isOwner, roles: processRoles.filter((role) => roles.includes(roleName(role))) };
}

type Wall = { user: string; everything: boolean; active: boolean };

/** Checks that Postgres keeps projects apart for the API. It does not for superusers, owners and roles with BYPASSRLS. */
async function examineWall(db: Kysely<Database>, say: Say): Promise<void> {
  try {
    const wall = await db.transaction().execute(async (trx) => {
      await sql`set local role bootready_project`.execute(trx);
      const { rows } = await sql<Wall>`select current_user as user, rolsuper or rolbypassrls as everything,
        row_security_active('images') as active from pg_roles where rolname = current_user`.execute(trx);
      return rows[0];
    });
    if (wall?.active && !wall.everything) return;
    say.failed(
      'Row-level security is not active: the role bootready_project sees every project.',
      'As an administrator of the database, run: alter role bootready_project nosuperuser nobypassrls. The role must not own a table, and no table may have row-level security disabled.',
    );
  } catch (error) {
    say.failed(
      `The API cannot act as the role bootready_project: ${explainReason(error)}.`,
      'Run as an administrator of the database: grant bootready_project to the user in DATABASE_URL.',
    );
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const remedies: Readonly<Record<string, string>> = {
  '28P01': 'Correct the user and password in DATABASE_URL.',
  '28000':
    'Correct the user in DATABASE_URL, or allow it in pg_hba.conf. If the server requires TLS, add sslmode=verify-full to DATABASE_URL.',
  '3D000': 'Create the database (createdb), or correct its name in DATABASE_URL.',
};

function unreachable(cause: unknown, url: string): BootreadyError {
  const trouble = tlsTrouble(cause, databaseTlsVariables);
  return new BootreadyError({
    code: 'unavailable',
    message: `Postgres at ${shortenUrl(url)} refuses the connection: ${trouble?.reason ?? explainReason(cause)}.`,
    remedy: trouble?.remedy ?? remedies[(cause as { code?: string }).code ?? ''] ?? database.remedy,
    cause,
  });
}
