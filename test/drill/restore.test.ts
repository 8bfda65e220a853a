import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Client as S3Client } from 'minio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { freePort } from '../../dev/stack/service.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import type { Compared } from '../../shared/store/compare-store.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnServers, startOwnServers } from '../support/own-servers.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';
import { findPostgresTools, type PostgresTools } from './postgres-tools.ts';

/**
 * docs/backup.md, done: an installation with runs under way is saved, then restored into an empty one; Redis and Temporal are lost. Also from copies of
 * different moments.
 */

const project = 'demo';
const buckets = ['uploads', 'images'] as const;

let dir: string;
let image: string;
let tools: PostgresTools;
let original: Running;
let apiKey: string;
const open: OwnServers[] = [];

/** Objects by bucket and key. */
type Copy = { bucket: string; key: string; body: Buffer; metadata: Record<string, string> }[];
type Running = { servers: OwnServers; apiUrl: string };

beforeAll(async () => {
  tools = await findPostgresTools();
  dir = await mkdtemp(join(tmpdir(), 'drill-'));
  image = convert(buildDisk(join(dir, 'disk')), 'qcow2', join(dir, 'disk.qcow2'));
  await writeFile(join(dir, 'letter'), 'Dear operators,\n'.repeat(1000));
});
afterAll(async () => {
  for (const servers of open) await servers.close();
  await rm(dir, { recursive: true, force: true });
});

async function emptyServers(env: Record<string, string> = {}): Promise<OwnServers> {
  const servers = await startOwnServers({
    postgresPrograms: tools.programs,
    env: { SWEEP_SECONDS: '3', WORKER_CONCURRENCY: '1', API_PORT: String(await freePort()), ...env },
  });
  open.push(servers);
  return servers;
}

async function startProcesses(servers: OwnServers): Promise<Running> {
  const apiUrl = `http://127.0.0.1:${servers.env.API_PORT}`;
  await servers.start('api', { name: 'api', ready: async () => (await fetch(`${apiUrl}/livez`)).ok });
  await servers.startStore(apiUrl);
  return { servers, apiUrl };
}
async function startWorkers(servers: OwnServers): Promise<void> {
  await servers.start('queues', { name: 'queues' });
  await servers.start('worker', { name: 'worker', env: { SCRATCH_DIR: join(servers.home, 'scratch') } });
}

async function copyBuckets(s3: S3Client): Promise<Copy> {
  const copy: Copy = [];
  for (const bucket of buckets)
    for await (const { name: key } of s3.listObjectsV2(bucket, '', true)) {
      if (key === undefined) continue;
      const { metaData: metadata } = await s3.statObject(bucket, key);
      copy.push({ bucket, key, body: await buffer(await s3.getObject(bucket, key)), metadata });
    }
  return copy;
}

/** As docs/backup.md says, up to the start of the processes. */
async function restore(dump: Dump, copy: Copy): Promise<Running> {
  const { SECRETS_KEY = '', PROVENANCE_KEY = '' } = original.servers.env;
  const servers = await emptyServers({ SECRETS_KEY, PROVENANCE_KEY });
  const { DATABASE_URL: url = '' } = servers.env;
  await tools.run('psql', '--quiet', '--dbname', url, '--file', dump.roles);
  await tools.run('pg_restore', '--exit-on-error', '--no-owner', '--no-privileges', '--dbname', url, dump.data);
  await servers.command(['migrate']);
  const running = await startProcesses(servers);
  for (const { bucket, key, body, metadata } of copy)
    await servers.s3.putObject(bucket, key, body, body.length, metadata);
  return running;
}

type Dump = { roles: string; data: string };
async function makeDump(servers: OwnServers, name: string): Promise<Dump> {
  const { DATABASE_URL: url = '' } = servers.env;
  const dump = { roles: join(dir, `${name}-roles.sql`), data: join(dir, `${name}.dump`) };
  await tools.run('pg_dumpall', '--roles-only', '--no-role-passwords', '--dbname', url, '--file', dump.roles);
  await tools.run('pg_dump', '--format', 'custom', '--dbname', url, '--file', dump.data);
  return dump;
}

async function states({ servers: { db } }: Running): Promise<Record<string, string[]>> {
  const rows = await db
    .selectFrom('images')
    .leftJoin('runs', 'runs.image_id', 'images.id')
    .orderBy('runs.number')
    .select(['images.upload_key as key', 'images.status as image', 'runs.status as run'])
    .execute();
  const all: Record<string, string[]> = {};
  for (const { key, image: status, run } of rows) {
    const name = key.slice(project.length + 1);
    all[name] = [...(all[name] ?? []), `${status}, ${run}`];
  }
  return all;
}
async function settled(running: Running): Promise<Record<string, string[]>> {
  await eventually(
    async () => {
      const rows = await running.servers.db.selectFrom('runs').select('finished_at').execute();
      return rows.length > 0 && rows.every(({ finished_at: end }) => end !== null);
    },
    { within: 900, what: 'every run has ended', every: 500 },
  );
  return states(running);
}

function cli({ servers, apiUrl }: Running, ...args: string[]): Promise<CliRun> {
  const { NODE_COMPILE_CACHE = '' } = servers.env;
  return runCli(args, {
    cwd: dir,
    env: { ...servers.env, NODE_COMPILE_CACHE, BOOTREADY_URL: apiUrl, BOOTREADY_API_KEY: apiKey },
  });
}
async function compared(running: Running): Promise<Compared & { code: number | null }> {
  const { code, stdout } = await cli(running, 'store', 'check', '--read', '--json');
  return { ...(JSON.parse(stdout) as Compared), code };
}

let dump: Dump;
let early: Copy;
let late: Copy;

test('an installation with runs under way is saved', async () => {
  const servers = await emptyServers();
  await servers.command(['migrate']);
  await servers.command(['project', 'create', project]);
  const { key, hash, hint } = newApiKey();
  apiKey = key;
  await createApiKeyStore(servers.db).create({ projectId: project, name: 't', hash, hint, role: 'member' });
  original = await startProcesses(servers);
  await startWorkers(servers);
  const upload = (name: string, file = image) =>
    servers.s3.fPutObject('uploads', `${project}/${name}`, file, { policy: 'warn' });
  await upload('published');
  await upload('letter', join(dir, 'letter'));
  await eventually(async () => (await states(original)).letter && (await states(original)).published, {
    within: 60,
    what: 'both are known',
  });
  await settled(original);
  await upload('running');
  await eventually(
    async () =>
      (
        await servers.db
          .selectFrom('run_steps')
          .where('step', '=', 'inspect')
          .where('status', '=', 'running')
          .select('step')
          .execute()
      ).length > 0,
    { within: 120, what: 'one is inspected' },
  );
  await upload('queued');
  await eventually(async () => (await states(original)).queued, { within: 60, what: 'one more is queued' });
  dump = await makeDump(servers, 'early');
  early = await copyBuckets(servers.s3);
  expect(await states(original)).toMatchObject({ running: ['importing, running'], letter: ['killed, rejected'] });

  expect(await settled(original)).toEqual({
    published: ['active, published'],
    letter: ['killed, rejected'],
    running: ['active, published'],
    queued: ['active, published'],
  });
  late = await copyBuckets(servers.s3);
  expect(await compared(original)).toMatchObject({ code: 0, images: 3, differences: [] });
});

test('restored without Redis and Temporal: every upload ends in one state, and what is published verifies', async () => {
  const restored = await restore(dump, early);
  const { servers } = restored;
  expect(await compared(restored)).toMatchObject({ code: 0, images: 1, differences: [] });
  await startWorkers(servers);
  expect(await settled(restored)).toEqual({
    published: ['active, published'],
    letter: ['killed, rejected'],
    running: ['active, published'],
    queued: ['active, published'],
  });
  expect(await compared(restored)).toMatchObject({ code: 0, images: 3, differences: [] });
  const publications = await servers.db.selectFrom('publications').select(['image_id', 'key', 'bucket']).execute();
  expect(publications).toHaveLength(3);

  const keys = join(dir, 'keys.pem');
  await writeFile(keys, (await cli(restored, 'provenance', 'keys')).stdout);
  for (const { image_id: id } of publications) {
    const [file, provenance] = [join(dir, id), join(dir, `${id}.provenance`)];
    expect(await cli(restored, 'download', id, '--output', file)).toMatchObject({ code: 0 });
    await writeFile(provenance, (await cli(restored, 'provenance', 'show', id)).stdout);
    const verified = await cli(restored, 'verify', file, '--provenance', provenance, '--key', keys);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('is the published image') });
  }

  // The copy of the bucket is older than the dump: a record has no bytes.
  const [one] = publications;
  await servers.s3.removeObject(one?.bucket ?? '', one?.key ?? '');
  expect(await compared(restored)).toMatchObject({
    code: 1,
    differences: [{ kind: 'missing', image: { imageId: one?.image_id, key: one?.key } }],
  });
});

test('the dump is older than the bucket: bytes without a record are found, and are published again', async () => {
  const restored = await restore(dump, late);
  const { servers } = restored;
  await startWorkers(servers);
  // Their uploads were removed after they had been published.
  const after = await settled(restored);
  expect(after).toMatchObject({ published: ['active, published'], letter: ['killed, rejected'] });
  expect(after.running).toEqual(['killed, failed']);
  expect(after.queued).toEqual(['killed, failed']);
  const { code, differences } = await compared(restored);
  expect(code).toBe(1);
  const found = differences.flatMap((each) => (each.kind === 'unknown' ? [each] : []));
  expect(found.map(({ image: its }) => its?.status)).toEqual(['killed', 'killed']);
  expect(found).toHaveLength(differences.length);

  // As "bootready store check" advises.
  for (const [index, { object }] of found.entries()) {
    const body = await buffer(await servers.s3.getObject(object.bucket, object.key));
    await servers.s3.putObject('uploads', `${project}/again-${index}`, body, body.length, { policy: 'warn' });
    await servers.s3.removeObject(object.bucket, object.key);
  }
  await eventually(async () => Object.keys(await states(restored)).length === 6, {
    within: 60,
    what: 'both are known',
  });
  expect(await settled(restored)).toMatchObject({ 'again-0': ['active, published'], 'again-1': ['active, published'] });
  expect(await compared(restored)).toMatchObject({ code: 0, images: 3, differences: [] });
});
