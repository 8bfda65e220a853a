import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import { type DeliveryView, ImageDetail } from '../../shared/contracts/api.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { historyToJson } from '../support/history-json.ts';
import { type Installation, project, type Role2Process, startInstallation } from '../support/installation.ts';
import { type Cloud, startCloud } from '../support/openstack-cloud.ts';
import { runCli } from '../support/run-cli.ts';
import { publishedImage, someDisk } from '../support/samples.ts';

/** Published images go further, by the product's own processes: to a folder, another bucket, and OpenStack's own Glance. */

const bytes = Buffer.concat([randomBytes(20 * 1024 ** 2), Buffer.alloc(8 * 1024 ** 2)]);
const bucket = `backup-${randomBytes(4).toString('hex')}`;
let cloud: Cloud;
let home: string;
let installation: Installation;
let worker: Role2Process;
const keys: Partial<Record<Role, string>> = {};
const secrets: string[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'deliver-'));
  cloud = await startCloud();
  const { endpoint, accessKey: access_key, secretKey: secret_key } = inject('stack').s3;
  secrets.push(cloud.member.password, secret_key);
  await mkdir(join(home, 'shelf'));
  const targets = {
    shelf: { kind: 'directory', path: join(home, 'shelf') },
    backup: { kind: 's3', endpoint, bucket, access_key, secret_key },
    cloud: { kind: 'glance', auth: { auth_url: cloud.authUrl, ...cloud.member } },
  };
  await writeFile(join(home, 'targets.json'), JSON.stringify(targets));
  installation = await startInstallation({
    roles: [],
    env: { TARGETS_FILE: join(home, 'targets.json'), DELIVER_TO: 'shelf,backup' },
  });
  worker = await installation.start('steps');
  for (const role of ['member', 'admin', 'reader'] as const) {
    const made = newApiKey();
    keys[role] = made.key;
    await createApiKeyStore(installation.db).create({ projectId: project, name: role, ...made, role });
  }
});
afterAll(async () => {
  await installation?.close();
  await cloud?.close();
  await rm(home, { recursive: true, force: true });
});

/** An image that is published, with its bytes where they belong. */
async function published(body = bytes): Promise<string> {
  const owner = (await createProjectStore(installation.db).all()).find(({ id }) => id === project);
  if (!owner) throw new Error('there is no project');
  const sha256 = createHash('sha256').update(body).digest('hex');
  const converted = someDisk({ format: 'raw', size: body.length, virtualSize: body.length, sha256 });
  const { image } = await publishedImage(installation.db, owner, converted);
  await installation.s3.putObject('images', `${image.id}/${sha256}.raw`, body);
  return image.id;
}
async function call(role: Role, method: string, path: string, body?: object) {
  const response = await fetch(`${installation.apiUrl}/v1/images/${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[role]}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, text: await response.text() };
}
function deliver(id: string, target: string, role: Role = 'member') {
  return call(role, 'POST', `${id}/deliveries`, { target });
}
async function toState(id: string, target: string): Promise<DeliveryView | undefined> {
  const image = ImageDetail.parse(JSON.parse((await call('reader', 'GET', id)).text));
  expect(image.status).toBe('active');
  return image.deliveries.find((delivery) => delivery.target === target);
}
function until(id: string, target: string, status: DeliveryView['status'], within = 120): Promise<DeliveryView> {
  return eventually(
    async () => {
      const state = await toState(id, target);
      return state?.status === status && state;
    },
    { within, what: `the delivery to ${target} is ${status}` },
  );
}
async function inCloud(id: string) {
  return (await cloud.images()).filter(({ bootready_image_id: ours }) => ours === id).map(({ status }) => status);
}

test('a folder gets image and sums', async () => {
  const id = await published();
  expect((await deliver(id, 'shelf')).status).toBe(202);
  const { location, percent, attempts } = await until(id, 'shelf', 'done');
  expect({ percent, attempts }).toEqual({ percent: 100, attempts: 1 });
  expect((await readFile(location ?? '')).equals(bytes)).toBe(true);
  expect(await readdir(join(home, 'shelf', project, id))).toContain('SHA256SUMS');
});

test('a bucket that is missing is told with what to do, the image stays, and by the command line it goes there later', async () => {
  const id = await published();
  await deliver(id, 'backup');
  const { failure, attempts } = await until(id, 'backup', 'failed');
  expect(failure).toEqual({
    code: 'not-found',
    message: `Target "backup" has no bucket "${bucket}".`,
    remedy: expect.stringMatching(/^Create it/),
  });
  expect(attempts).toBe(1);
  await createObjectStore({ ...inject('stack').s3, pathStyle: true }).ensureBucket(bucket);
  const env = { BOOTREADY_URL: installation.apiUrl, BOOTREADY_API_KEY: keys.member ?? '' };
  const shown = await runCli(['show', id], { env });
  expect(shown.stdout).toMatch(/deliver +failed .*to backup/);
  expect(shown.stdout).toContain(`bootready deliver ${id} --target backup`);
  expect(await runCli(['deliver', id, '--target', 'backup'], { env })).toMatchObject({ code: 0 });
  expect(await until(id, 'backup', 'done')).toMatchObject({
    location: expect.stringContaining(`s3://${bucket}/demo/${id}/`),
  });
});

test('members send where their project goes, administrators anywhere; nobody to what there is not', async () => {
  const id = await published();
  const refused = await deliver(id, 'cloud');
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('Their targets are: shelf, backup.');
  expect((await deliver(id, 'moon', 'admin')).status).toBe(400);
  expect((await deliver(id, 'shelf', 'reader')).status).toBe(403);
  await createProjectStore(installation.db).chooseTargets(project, ['cloud']);
  try {
    expect((await deliver(id, 'shelf')).status).toBe(400);
    expect((await deliver(id, 'cloud')).status).toBe(202);
    await until(id, 'cloud', 'done');
  } finally {
    await createProjectStore(installation.db).chooseTargets(project, null);
  }
});

test('a worker that is killed in the middle of an upload to Glance is followed by another one, and there is one image', async () => {
  const id = await published(randomBytes(200 * 1024 ** 2));
  await deliver(id, 'cloud', 'admin');
  await eventually(async () => (await inCloud(id)).includes('saving'), {
    within: 60,
    every: 20,
    what: 'it is uploaded',
  });
  await worker.stop('SIGKILL');
  expect(await toState(id, 'cloud')).toMatchObject({ status: 'running' });
  expect(await inCloud(id)).not.toEqual(['active']);
  worker = await installation.start('steps');
  expect((await until(id, 'cloud', 'done')).attempts).toBeGreaterThan(1);
  expect(await inCloud(id)).toEqual(['active']);
});

describe('a delivery that is cancelled', () => {
  const begun = async (id: string): Promise<void> => {
    await deliver(id, 'cloud', 'admin');
    await eventually(async () => (await inCloud(id)).includes('saving'), { within: 60, every: 20, what: 'it is sent' });
  };
  const cancel = (id: string, target = 'cloud', key = keys.member ?? '') =>
    runCli(['cancel', id, '--target', target], {
      env: { BOOTREADY_URL: installation.apiUrl, BOOTREADY_API_KEY: key },
    });
  const cleared = (id: string) =>
    eventually(async () => (await toState(id, 'cloud'))?.finishedAt ?? undefined, {
      within: 240,
      what: 'it is cleared away',
    });

  test('leaves nothing at the target, and can be asked for again', async () => {
    const id = await published(randomBytes(200 * 1024 ** 2));
    await begun(id);
    expect(await cancel(id, 'cloud', keys.reader)).toMatchObject({ code: 5 });
    expect(await cancel(id)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^The delivery of .* to cloud is being stopped, and the partial copy removed\.$/m),
    });
    await cleared(id);
    expect(await toState(id, 'cloud')).toMatchObject({ status: 'cancelled', location: null, failure: null });
    expect(await inCloud(id)).toEqual([]);
    expect(await cancel(id)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('No delivery of the image is running to "cloud"'),
    });
    expect((await deliver(id, 'cloud', 'admin')).status).toBe(202);
    await until(id, 'cloud', 'done');
    expect(await inCloud(id)).toEqual(['active']);
  });

  test('is cleared away by another worker when its own was killed', async () => {
    const id = await published(randomBytes(200 * 1024 ** 2));
    await begun(id);
    await worker.stop('SIGKILL');
    expect((await cancel(id)).code).toBe(0);
    expect(await inCloud(id)).toHaveLength(1);
    expect((await deliver(id, 'cloud', 'admin')).status).toBe(409);
    worker = await installation.start('steps');
    await cleared(id);
    expect(await inCloud(id)).toEqual([]);
  });

  test('before anybody has begun it is over at once', async () => {
    const id = await published();
    await worker.stop();
    try {
      await deliver(id, 'shelf');
      expect((await cancel(id, 'shelf')).code).toBe(0);
      expect(await toState(id, 'shelf')).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    } finally {
      worker = await installation.start('steps');
    }
    expect(await readdir(join(home, 'shelf', project)).catch(() => [])).not.toContain(id);
  });
});

test('no secret of a target is in an answer, a row, a log or the history of a workflow', async () => {
  const id = await published();
  await deliver(id, 'cloud', 'admin');
  await until(id, 'cloud', 'done');
  const rows = await installation.db.selectFrom('deliveries').selectAll().execute();
  const answers = [(await call('admin', 'GET', id)).text, JSON.stringify(rows), await installation.logs()];
  const delivery = rows.find(({ image_id, target }) => image_id === id && target === 'cloud');
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = '' } = installation.env;
  const connection = await Connection.connect({ address: address ?? '' });
  const { workflow } = new Client({ connection, namespace });
  const history = await workflow.getHandle(`delivery-${delivery?.id}-1`).fetchHistory();
  await connection.close();
  answers.push(JSON.stringify(historyToJson(history)));
  for (const text of answers) {
    expect(text.length).toBeGreaterThan(100);
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
});
