import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import { makeStoreUsers, putStorePolicies, storeUser } from '../../adapters/object-store/versitygw.ts';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { freePort } from '../../dev/stack/service.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { runCli } from '../support/run-cli.ts';

/** A real server that judges by our policies: each kind of process has a user of its own there. */
const buckets = { uploads: 'uploads', images: 'images' };
const root = { accessKey: 'root', secretKey: randomBytes(12).toString('hex') };
const secretKey = randomBytes(12).toString('hex');
let dataDir: string;
let server: Awaited<ReturnType<typeof startObjectStore>>;
let owner: Parameters<typeof makeStoreUsers>[0];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'store-rights-'));
  const port = await freePort();
  server = await startObjectStore({ dataDir, port, ...root, withUsers: true });
  owner = { endpoint: server.endpoint, region: server.region, ...root, pathStyle: true };
  await makeStoreUsers(owner, { api: 'former', worker: 'former', queues: 'former' });
  // As Compose does it, at every start: keys are those of now.
  const file = join(dataDir, 'key');
  await writeFile(file, `${secretKey}\n`);
  await runCli(['store-users', '--key', ...processRoles.map((role) => `${role}=${file}`)], { env: makeEnv(root) });
});
afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function openStore(user: ProcessRole) {
  return createObjectStore({
    endpoint: server.endpoint,
    region: server.region,
    accessKey: storeUser(user),
    secretKey,
    pathStyle: true,
  });
}

/** Of a command that needs nothing but the store. */
function makeEnv(key: { accessKey: string; secretKey: string }): Record<string, string> {
  return {
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    REDIS_URL: 'redis://127.0.0.1:1',
    EVENTS_SECRET: 'x'.repeat(16),
    S3_ENDPOINT: server.endpoint,
    S3_ACCESS_KEY: key.accessKey,
    S3_SECRET_KEY: key.secretKey,
  };
}

async function doctor(role: ProcessRole, key: { accessKey: string; secretKey: string }) {
  const { stdout } = await runCli(['--json', 'doctor', '--only', 'object-store', '--role', role], {
    env: makeEnv(key),
  });
  const { checks } = JSON.parse(stdout) as { checks: { outcome: string; message: string }[] };
  return checks.map(({ outcome, message }) => `${outcome}: ${message}`).filter((line) => !line.includes('Browsers'));
}

test('the API takes uploads in, and removes none; of images it removes what it refuses', async () => {
  const store = openStore('api');
  await store.put('uploads', 'demo/a', Buffer.from('bytes'), 'text/plain');
  expect(await store.head('uploads', 'demo/a')).toMatchObject({ size: 5 });
  expect(await store.head('images', 'demo/none')).toBeUndefined();
  await expect(store.remove('uploads', 'demo/a')).rejects.toThrow(/refuses the credentials/);
  await store.put('images', 'demo/refused', Buffer.from('bytes'), 'text/plain');
  await store.remove('images', 'demo/refused');
  expect(await store.head('images', 'demo/refused')).toBeUndefined();
  expect(await store.head('uploads', 'demo/a')).toMatchObject({ size: 5 });
});

test('queues list and clear away; they write nothing', async () => {
  const store = openStore('queues');
  await expect(store.put('images', 'demo/b', Buffer.from('x'), 'text/plain')).rejects.toThrow(
    /refuses the credentials/,
  );
  await expect(store.createMultipart('uploads', 'demo/b')).rejects.toThrow(/refuses the credentials/);
  await openStore('worker').put('images', 'demo/c', Buffer.from('x'), 'text/plain');
  await store.remove('images', 'demo/c');
  expect(await openStore('worker').head('images', 'demo/c')).toBeUndefined();
});

test.each(processRoles)('doctor finds that %s may do what it needs, and nothing besides', async (role) => {
  expect(await doctor(role, { accessKey: storeUser(role), secretKey })).toEqual([
    expect.stringMatching(new RegExp(`^ok: .*"${role}" has the rights it needs`)),
  ]);
});

test('doctor names what is too much, and what is missing', async () => {
  expect((await doctor('queues', root)).join('\n')).toMatch(
    /warning: .*"uploads" that a process "queues" does not need: PutObject, ListMultipartUploadParts/,
  );
  await putStorePolicies(owner, buckets, ['api']);
  try {
    expect((await doctor('queues', { accessKey: storeUser('queues'), secretKey })).join('\n')).toMatch(
      /failed: A process "queues" lacks rights in bucket "images": ListBucket, .*DeleteObject/,
    );
  } finally {
    await putStorePolicies(owner, buckets);
  }
});
