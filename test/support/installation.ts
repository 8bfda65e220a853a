import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { Client as S3Client } from 'minio';
import { inject } from 'vitest';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { makeStoreUsers, putStorePolicies, storeUser } from '../../adapters/object-store/versitygw.ts';
import { operator } from '../../cli/operate/with-database.ts';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { withOwnSecrets } from '../../dev/stack/own-secrets.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort, tieToUs } from '../../dev/stack/service.ts';
import { startTemporal } from '../../dev/stack/temporal.ts';
import type { Report, RunStatus } from '../../shared/contracts/run.ts';
import { heapOptions, mallocEnvironment } from '../../shared/operation/process-roles.ts';
import { newSigningKey } from '../../shared/provenance/keys.ts';
import { newSecretsKey } from '../../shared/secrets/secret-keys.ts';
import { freshDatabase } from './database.ts';
import { loginUrl } from './database-server.ts';
import { eventually } from './eventually.ts';
import { prepareNamespace } from './temporal-namespace.ts';

/**
 * A whole installation as `npm start` has it, of the product's own processes: database, Redis and object store of its own,
 * a Temporal namespace of its own. What the tests break belongs to no other test.
 */
export type Installation = {
  env: Record<string, string>;
  db: Kysely<Database>;
  /** A plain S3 client, as any uploader has. */
  s3: S3Client;
  apiUrl: string;
  /** The store itself, also if S3_ENDPOINT names a proxy before it. */
  storeUrl: string;
  /** Where each process serves /metrics, host and port; only with `metrics`. */
  metrics: Record<Role | 'temporalSdk', string>;
  /** The one that was started first. */
  api: Role2Process;
  /** @param by a command that starts the process, its own arguments after its own: a wrapper such as unshare(1) */
  start(role: Role, by?: readonly string[]): Promise<Role2Process>;
  /** `lose` forgets all that was in it. */
  stopRedis(options?: { lose: boolean }): Promise<void>;
  startRedis(): Promise<void>;
  stopStore(): Promise<void>;
  startStore(): Promise<void>;
  /** Only with `ownTemporal`. */
  stopTemporal(options?: { lose: boolean }): Promise<void>;
  startTemporal(): Promise<void>;
  /** PUT by a plain S3 client below the project's prefix. */
  upload(key: string, source: string | Buffer, metadata?: Record<string, string>): Promise<void>;
  /** Waits until the newest run of the image that came from this key has ended. */
  ended(key: string, withinSeconds?: number): Promise<EndedRun>;
  logs(): Promise<string>;
  close(): Promise<void>;
};

type Role = 'api' | 'steps' | 'queues';
export type Role2Process = { child: ChildProcess; stop(signal?: NodeJS.Signals): Promise<void> };

export type EndedRun = {
  imageId: string;
  runId: string;
  imageStatus: string;
  status: RunStatus;
  report: Report | null;
  failure: { code: string; message: string } | null;
};

export const project = 'demo';
const sources = join(import.meta.dirname, '../..');

/** Who owns the store; the tests' own client and the commands of operators. */
const rootUser = 'testaccess';

/** Each kind of process has its own rights only, in the database and at the store. */
const processOf = { api: 'api', steps: 'worker', queues: 'queues' } as const;

const args: Record<Role, string[]> = {
  api: ['api'],
  steps: ['worker', '--steps'],
  queues: ['worker', '--queues'],
};

export async function startInstallation(
  options: {
    events?: boolean;
    env?: Record<string, string>;
    /** Those that are started besides the API, which always is. */
    roles?: Exclude<Role, 'api'>[];
    ownTemporal?: boolean;
    metrics?: boolean;
  } = {},
): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'installation-'));
  const undo: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    for (const folder of ['temporal', 'redis', 'objects']) await mkdir(join(home, folder));
    const temporalOptions = { dataDir: join(home, 'temporal'), port: await freePort() };
    let losesTemporal = false;
    let temporal: Awaited<ReturnType<typeof startTemporal>> | undefined;
    undo.push(async () => temporal?.stop());
    const openTemporal = async (): Promise<{ address: string; namespace: string }> => {
      if (options.ownTemporal) temporal = await startTemporal(temporalOptions);
      const address = temporal?.address ?? inject('stack').temporalAddress;
      return { address, namespace: await prepareNamespace(address) };
    };
    const redisOptions = { dataDir: join(home, 'redis'), port: await freePort(), password: newPassword() };
    let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
    undo.push(async () => redis?.stop());
    const openRedis = async (): Promise<string> => {
      redis = await startRedis(redisOptions);
      return redis.url;
    };
    const openOwnDatabase = async (): Promise<Awaited<ReturnType<typeof freshDatabase>>> => {
      const made = await freshDatabase();
      undo.push(() => made.drop());
      await addProject(made.db);
      return made;
    };
    // All of them end before one of them may fail: what has been started is stopped then.
    const [database, temporalPlace, redisUrl] = await settleAll([
      openOwnDatabase(),
      openTemporal(),
      openRedis(),
    ] as const);

    const apiPort = Number(options.env?.API_PORT ?? (await freePort()));
    const s3Port = await freePort();
    const secret = randomBytes(24).toString('hex');
    const env: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/root',
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      TEMPORAL_ADDRESS: temporalPlace.address,
      TEMPORAL_NAMESPACE: temporalPlace.namespace,
      S3_ENDPOINT: `http://127.0.0.1:${s3Port}`,
      S3_ACCESS_KEY: rootUser,
      S3_SECRET_KEY: secret,
      EVENTS_SECRET: secret,
      PROVENANCE_KEY: newSigningKey(),
      SECRETS_KEY: newSecretsKey(),
      API_PORT: String(apiPort),
      NODE_COMPILE_CACHE: inject('stack').compileCache,
      SCRATCH_DIR: join(home, 'scratch'),
      SWEEP_SECONDS: '3600',
      // Starting an image takes a minute or more; test/e2e/boot.test.ts does.
      BOOT_CHECK: 'off',
      HEARTBEAT_SECONDS: '10',
      CLAIM_SECONDS: '5',
      LOG_LEVEL: 'info',
      // Tests come from one address, and try many wrong keys.
      RATE_PER_ADDRESS: '1000000',
      RATE_PER_KEY: '1000000',
      RATE_PER_PROJECT: '1000000',
      GUESSES_PER_ADDRESS: '1000000',
      ...options.env,
    };
    const ports = { api: 0, steps: 0, queues: 0, temporalSdk: 0 };
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    const metricsEnv = (role: Role): Record<string, string> =>
      options.metrics ? { METRICS_PORT: `${ports[role]}`, TEMPORAL_METRICS_PORT: `${ports.temporalSdk}` } : {};
    const log = createWriteStream(join(home, 'product.log'));
    const start = async (role: Role, by: readonly string[] = []): Promise<Role2Process> => {
      const [command = '', ...rest] = [
        ...by,
        process.execPath,
        ...heapOptions[processOf[role]],
        'cli/main.ts',
        ...args[role],
      ];
      const child = spawn(...tieToUs(command, rest), {
        cwd: sources,
        env: {
          ...withOwnSecrets(processOf[role], env),
          ...mallocEnvironment[processOf[role]],
          DATABASE_URL: loginUrl(database.url, processOf[role]),
          ...(env.S3_ACCESS_KEY === rootUser ? { S3_ACCESS_KEY: storeUser(processOf[role]) } : {}),
          ...metricsEnv(role),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      child.stdout.pipe(log, { end: false });
      child.stderr.pipe(log, { end: false });
      const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill(signal);
        await gone;
      };
      undo.push(() => stop('SIGKILL'));
      return { child, stop };
    };
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const api = await start('api');
    await eventually(async () => (await fetch(`${apiUrl}/livez`)).ok, {
      within: 60,
      what: 'the api answers',
      every: 50,
    });
    const storeOptions = {
      dataDir: join(home, 'objects'),
      port: s3Port,
      accessKey: rootUser,
      secretKey: secret,
      withUsers: true,
      ...(options.events === false ? {} : { webhookUrl: `${apiUrl}/events/s3/versitygw/${secret}` }),
    };
    let store: Awaited<ReturnType<typeof startObjectStore>> | undefined = await startObjectStore(storeOptions);
    undo.push(async () => store?.stop());
    const s3 = new S3Client({
      endPoint: '127.0.0.1',
      port: s3Port,
      useSSL: false,
      accessKey: rootUser,
      secretKey: secret,
    });
    for (const bucket of ['uploads', 'images']) if (!(await s3.bucketExists(bucket))) await s3.makeBucket(bucket);
    const root = {
      endpoint: store.endpoint,
      region: store.region,
      pathStyle: true,
      accessKey: rootUser,
      secretKey: secret,
    };
    await makeStoreUsers(root, { api: secret, worker: secret, queues: secret });
    await putStorePolicies(root, { uploads: 'uploads', images: 'images' });
    for (const role of options.roles ?? (['steps', 'queues'] as const)) await start(role);

    return {
      env,
      db: database.db,
      s3,
      apiUrl,
      storeUrl: store.endpoint,
      metrics: {
        api: `127.0.0.1:${ports.api}`,
        steps: `127.0.0.1:${ports.steps}`,
        queues: `127.0.0.1:${ports.queues}`,
        temporalSdk: `127.0.0.1:${ports.temporalSdk}`,
      },
      api,
      start,
      stopRedis: async ({ lose } = { lose: false }) => {
        await redis?.stop();
        redis = undefined;
        if (lose) await rm(join(redisOptions.dataDir, 'appendonlydir'), { recursive: true });
      },
      startRedis: async () => {
        redis = await startRedis(redisOptions);
      },
      stopStore: async () => {
        await store?.stop();
        store = undefined;
      },
      startStore: async () => {
        store = await startObjectStore(storeOptions);
      },
      stopTemporal: async ({ lose } = { lose: false }) => {
        await temporal?.stop();
        temporal = undefined;
        losesTemporal = lose;
        if (lose) await rm(join(home, 'temporal'), { recursive: true });
      },
      startTemporal: async () => {
        temporal = await startTemporal(temporalOptions);
        if (!losesTemporal) return;
        await prepareNamespace(temporal.address, temporalPlace.namespace);
      },
      upload: async (key, source, metadata = {}) => {
        const name = `${project}/${key}`;
        if (typeof source === 'string') await s3.fPutObject('uploads', name, source, metadata);
        else await s3.putObject('uploads', name, source, source.length, metadata);
      },
      ended: (key, within = 600) =>
        eventually(() => endedRun(database.db, `${project}/${key}`), { within, what: `the run of ${key} ends` }),
      logs: () => readFile(join(home, 'product.log'), 'utf8'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function endedRun(db: Kysely<Database>, key: string): Promise<EndedRun | undefined> {
  return db
    .selectFrom('runs')
    .innerJoin('images', 'images.id', 'runs.image_id')
    .where('images.upload_key', '=', key)
    .where('runs.finished_at', 'is not', null)
    .orderBy('runs.created_at', 'desc')
    .select([
      'images.id as imageId',
      'runs.id as runId',
      'images.status as imageStatus',
      'runs.status as status',
      'runs.report as report',
      'runs.failure as failure',
    ])
    .executeTakeFirst();
}

/** As "bootready project create" does it. */
async function addProject(db: Kysely<Database>): Promise<void> {
  await createProjectStore(db).ensure({ id: project });
  await createAuditLog(db).record({ action: 'project.create', by: operator(), projectId: project });
}

function newPassword(): string {
  return randomBytes(12).toString('hex');
}

/** As Promise.all, but it waits for all of them before it throws. */
async function settleAll<const T extends readonly Promise<unknown>[]>(work: T) {
  await Promise.allSettled(work);
  return Promise.all(work);
}
