import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Kysely } from 'kysely';
import { Client as S3Client } from 'minio';
import { openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { makeStoreUsers, putStorePolicies, storeUser } from '../../adapters/object-store/versitygw.ts';
import { loginUrl, makeLogins } from '../../dev/stack/logins.ts';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { type PostgresOptions, startPostgres } from '../../dev/stack/postgres.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort, type Service, startServer } from '../../dev/stack/service.ts';
import { startTemporal, type TemporalOptions } from '../../dev/stack/temporal.ts';
import { heapOptions, mallocEnvironment, type ProcessRole } from '../../shared/operation/process-roles.ts';
import { newSigningKey } from '../../shared/provenance/keys.ts';
import { newSecretsKey } from '../../shared/secrets/secret-keys.ts';

const run = promisify(execFile);
const here = join(import.meta.dirname, '../..');

/** Servers of one test's own, at an address that other hosts may reach, and processes of the product from any checkout. */
export type OwnServers = {
  /** As the owner has it; addresses and secrets. */
  env: Record<string, string>;
  /** Where the servers keep their data, and all logs. */
  home: string;
  db: Kysely<Database>;
  s3: S3Client;
  /** Storage notifications go to this API, which must answer already. */
  startStore(apiUrl: string): Promise<void>;
  /** One of the owner's commands. @returns what it prints */
  command(args: readonly string[], sources?: string): Promise<string>;
  start(role: ProcessRole, options: StartOptions): Promise<Service>;
  /** What all processes wrote. */
  logs(): Promise<string>;
  close(): Promise<void>;
};
export type StartOptions = {
  /** The name of its log. */
  name: string;
  /** A command that starts the process, its own arguments after its own. */
  by?: readonly string[];
  /** The checkout it comes from; this one by default. */
  sources?: string;
  env?: Record<string, string>;
  ready?: () => Promise<boolean>;
};

const args: Record<ProcessRole, string[]> = {
  api: ['api'],
  worker: ['worker', '--steps'],
  queues: ['worker', '--queues'],
};

const buckets = { uploads: 'uploads', images: 'images' } as const;

export async function startOwnServers({
  host = '127.0.0.1',
  temporalOn,
  postgresPrograms: programs,
  env: more = {},
}: {
  host?: string;
  temporalOn?: TemporalOptions['on'];
  postgresPrograms?: PostgresOptions['programs'];
  env?: Record<string, string>;
} = {}): Promise<OwnServers> {
  const home = await mkdtemp(join(tmpdir(), 'own-servers-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const began = <T extends Service>(service: T): T => {
    undo.push(service.stop);
    return service;
  };
  try {
    const [secret = '', access = ''] = [randomBytes(24).toString('hex'), 'testaccess'];
    const logins = { api: secret, worker: secret, queues: secret };
    const at = async (name: string) => {
      await mkdir(join(home, name), { recursive: true });
      return { dataDir: join(home, name), port: await freePort(), host, logFile: logFile(name) };
    };
    const logFile = (name: string): string => join(home, `${name}.log`);
    const store = { ...(await at('s3')), accessKey: access, secretKey: secret, withUsers: true };
    const postgres = began(
      await startPostgres({
        ...(await at('postgres')),
        password: secret,
        isFleeting: true,
        ...(programs ? { programs } : {}),
      }),
    );
    const redis = began(await startRedis({ ...(await at('redis')), password: secret }));
    const temporal = began(
      await startTemporal({ ...(await at('temporal')), ...(temporalOn ? { on: temporalOn } : {}) }),
    );
    const endpoint = `http://${host}:${store.port}`;
    const env: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/root',
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      TEMPORAL_ADDRESS: temporal.address,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY: access,
      S3_SECRET_KEY: secret,
      EVENTS_SECRET: secret,
      PROVENANCE_KEY: newSigningKey(),
      SECRETS_KEY: newSecretsKey(),
      NODE_COMPILE_CACHE: join(home, 'compile-cache'),
      BOOT_CHECK: 'off',
      LOG_LEVEL: 'info',
      ...more,
    };
    const { db, close: closeDatabase } = openDatabase(postgres.url);
    undo.push(closeDatabase);
    const s3 = new S3Client({
      endPoint: host,
      port: store.port,
      useSSL: false,
      region: 'us-east-1',
      accessKey: access,
      secretKey: secret,
    });
    const command: OwnServers['command'] = async (words, sources = here) =>
      (await run(process.execPath, ['cli/main.ts', ...words], { cwd: sources, env })).stdout;
    return {
      env,
      home,
      db,
      s3,
      command: async (words, sources) => {
        const printed = await command(words, sources);
        if (words[0] === 'migrate') await makeLogins(postgres.url, logins);
        return printed;
      },
      startStore: async (apiUrl) => {
        const webhookUrl = `${apiUrl}/events/s3/versitygw/${secret}`;
        began(await startObjectStore({ ...store, webhookUrl }));
        const root = { endpoint, region: 'us-east-1', pathStyle: true, accessKey: access, secretKey: secret };
        await makeStoreUsers(root, logins);
        await putStorePolicies(root, buckets);
      },
      start: async (role, { name, by = [], sources = here, env: own = {}, ready }) => {
        const [program = '', ...words] = [
          ...by,
          ...[process.execPath, ...heapOptions[role], 'cli/main.ts'],
          ...args[role],
        ];
        const service = await startServer({
          name,
          command: program,
          args: words,
          cwd: sources,
          env: {
            ...env,
            ...mallocEnvironment[role],
            DATABASE_URL: loginUrl(postgres.url, role, logins),
            S3_ACCESS_KEY: storeUser(role),
            ...own,
          },
          logFile: logFile(name),
          ready: ready ?? (() => Promise.resolve(true)),
          graceSeconds: 120,
        });
        undo.push(() => {
          service.kill();
          return service.gone;
        });
        return service;
      },
      logs: async () => {
        const names = (await readdir(home)).filter((name) => name.endsWith('.log'));
        return (await Promise.all(names.map((name) => readFile(join(home, name), 'utf8')))).join('\n');
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
