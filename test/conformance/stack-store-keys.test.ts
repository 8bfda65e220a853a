import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBuckets, s3Client } from '../../dev/stack/buckets.ts';
import { startObjectStore } from '../../dev/stack/object-store.ts';
import { processEnv } from '../../dev/stack/product.ts';
import { freePort } from '../../dev/stack/service.ts';
import { newState, Ports, type StackState } from '../../dev/stack/state.ts';
import { makeStackUsers } from '../../dev/stack/store-keys.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';

/** What the processes of `npm start` may do in its store, by the environment that each is started with. */
let dataDir: string;
let state: StackState;
let store: Awaited<ReturnType<typeof startObjectStore>>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'stack-store-'));
  const s3 = await freePort();
  state = newState(Ports.parse({ api: 1, s3, temporal: 3, temporalUi: 4, postgres: 5, redis: 6 }));
  store = await startObjectStore({ dataDir, port: s3, ...state.s3, withUsers: true });
  await makeBuckets(state);
  await makeStackUsers(state);
  await s3Client(state).makeBucket('elsewhere');
  await s3Client(state).putObject('elsewhere', 'secret', 'x');
});
afterAll(async () => {
  await store?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function makeClient(role: ProcessRole): Client {
  const { S3_ACCESS_KEY = '', S3_SECRET_KEY = '' } = processEnv(role, state, dataDir);
  const { s3: port } = state.ports;
  return new Client({
    endPoint: '127.0.0.1',
    port,
    useSSL: false,
    region: 'us-east-1',
    accessKey: S3_ACCESS_KEY,
    secretKey: S3_SECRET_KEY,
  });
}

test('the worker does its work, and nothing that its policy forbids', async () => {
  const worker = makeClient('worker');
  await worker.putObject('images', 'demo/a', 'bytes');
  await worker.removeObject('images', 'demo/a');
  const forbidden = {
    'makes buckets': () => worker.makeBucket('more'),
    'reads other buckets': () => worker.getObject('elsewhere', 'secret'),
    'writes into other buckets': () => worker.putObject('elsewhere', 'a', 'x'),
    'changes policies': () => worker.setBucketPolicy('images', '{}'),
    'removes buckets': () => worker.removeBucket('images'),
    'makes users': () => worker.makeRequestAsync({ method: 'PATCH', bucketName: 'list-users' }),
  };
  for (const [what, attempt] of Object.entries(forbidden)) {
    await expect(attempt(), what).rejects.toMatchObject({ code: expect.stringMatching(/AccessDenied/) });
  }
});

test('the API removes no upload, and queues write nothing', async () => {
  await makeClient('api').putObject('uploads', 'demo/b', 'bytes');
  await expect(makeClient('api').removeObject('uploads', 'demo/b')).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(makeClient('queues').putObject('uploads', 'demo/b', 'other')).rejects.toMatchObject({
    code: 'AccessDenied',
  });
});

test('each has a key of its own, and none the one of the root user', () => {
  const keys = processRoles.map((role) => processEnv(role, state, dataDir).S3_SECRET_KEY);
  expect(new Set([...keys, state.s3.secretKey]).size).toBe(processRoles.length + 1);
});
