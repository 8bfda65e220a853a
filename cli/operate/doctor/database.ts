import { sql } from 'kysely';
import { pendingMigrations } from '../../../adapters/database/migrate.ts';
import { openDatabase } from '../../../adapters/database/open.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { compareClocks } from './clock.ts';
import type { Dependency } from './dependency.ts';
import { addressOf, reasonOf } from './reason.ts';

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
          'Create the database anew: createdb --encoding=UTF8 --template=template0 NAME',
        );
      }
      compareClocks(say, server.now, { asked, answered });
      const pending = await pendingMigrations(db);
      if (pending.length > 0) {
        say.failed(`Its schema is not the newest: ${pending.join(', ')} is missing.`, 'Run: bootready migrate');
        return;
      }
      say.ok(
        `Postgres ${server.version.split(' ')[0]} at ${addressOf(config.DATABASE_URL)}; its schema is the newest.`,
      );
    } finally {
      await close();
    }
  },
};

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const remedies: Readonly<Record<string, string>> = {
  '28P01': 'Mend user and password in DATABASE_URL.',
  '28000': 'Mend the user in DATABASE_URL, or let it in (pg_hba.conf).',
  '3D000': 'Create the database (createdb), or mend its name in DATABASE_URL.',
};

const unreachable = (cause: unknown, url: string): BootreadyError =>
  new BootreadyError({
    code: 'unavailable',
    message: `Postgres at ${addressOf(url)} does not let us in: ${reasonOf(cause)}.`,
    remedy: remedies[(cause as { code?: string }).code ?? ''] ?? database.remedy,
    cause,
  });
