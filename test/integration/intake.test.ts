import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import { connectTemporal, registerSearchAttributes } from '../../adapters/temporal/connect.ts';
import { createDeliveryStarter } from '../../adapters/temporal/delivery-starter.ts';
import { createDownloadStarter, createRepairStarter } from '../../adapters/temporal/order-starter.ts';
import { createRunStarter } from '../../adapters/temporal/run-starter.ts';
import {
  makeDeliveryWorkflowId,
  makeDownloadWorkflowId,
  makeRepairWorkflowId,
} from '../../shared/contracts/workflow.ts';
import { parseNotifications } from '../../shared/events/parse.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStarter } from '../../shared/ports/run-starter.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { settleEvent } from '../../workers/queues/intake.ts';
import { createPace } from '../../workers/queues/pace.ts';
import { type SweepDeps, sweep } from '../../workers/queues/sweep.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { publishedImage } from '../support/samples.ts';
import { freshNamespace } from '../support/temporal-namespace.ts';

/** From a notification, or none, to a workflow: what starts work, once, and what does not. No worker takes the work up. */

const timings = { heartbeatSeconds: 30, claimSeconds: 60, stepHours: 1 };
let database: Awaited<ReturnType<typeof freshDatabase>>;
let temporal: ReturnType<typeof connectTemporal>;
let starter: RunStarter;
let store: ObjectStore;
let deps: SweepDeps & { traces: Traces };
let project: Project;
let uploadsBucket: string;
beforeAll(async () => {
  const { s3, temporalAddress } = inject('stack');
  database = await freshDatabase();
  const namespace = await freshNamespace(temporalAddress);
  temporal = connectTemporal({ address: temporalAddress, namespace });
  await registerSearchAttributes(temporal, namespace);
  starter = createRunStarter(temporal, timings);
  // Temporal's own caches hear of the attributes a moment later.
  const first = { workflowId: 'first', imageId: randomUUID(), runId: randomUUID(), projectId: 'p', name: 'first' };
  await eventually(() => starter.start(first).then(() => true), { within: 60, what: 'workflows can be started' });
  store = createObjectStore({ ...s3, pathStyle: true });
});
afterAll(async () => {
  await temporal?.close();
  await database?.drop();
});
beforeEach(async () => {
  const { db } = database;
  // Runs that nobody takes up would be started again by the sweeps of later tests, once they are old enough.
  const over = { status: 'cancelled', finished_at: new Date() } as const;
  await db.updateTable('runs').set(over).where('status', '=', 'queued').execute();
  uploadsBucket = `intake-${randomUUID().slice(0, 8)}`;
  await store.ensureBucket(uploadsBucket);
  const projects = createProjectStore(db);
  project = await projects.ensure({ id: `p-${randomUUID().slice(0, 8)}` });
  const images = createImageStore(db);
  const log = { info: () => undefined, warn: () => undefined };
  deps = {
    store,
    projects,
    uploadsBucket,
    events: createEventStore(db),
    images,
    starter,
    pace: createPace({ starter, images, log }),
    jobs: { addIntake: () => Promise.resolve() },
    orders: [
      { store: createRepairStore(db), start: createRepairStarter(temporal, timings) },
      { store: createDownloadStore(db), start: createDownloadStarter(temporal, timings) },
    ],
    traces: noTraces,
    deliveries: createDeliveryStore(db),
    startDelivery: createDeliveryStarter(temporal, timings),
    log,
  };
});

function put(key: string, text = 'bytes', bucket = uploadsBucket): Promise<void> {
  return store.put(bucket, key, Buffer.from(text), 'application/octet-stream');
}
async function told(key: string, eventName = 's3:ObjectCreated:Put', bucket = uploadsBucket): Promise<number> {
  const eventTime = new Date().toISOString();
  const s3 = { bucket: { name: bucket }, object: { key, sequencer: randomUUID() } };
  const { uploads } = parseNotifications({}, { Records: [{ eventName, eventTime, s3 }] });
  const [id] = await deps.events.record('test', uploads);
  return id as number;
}
function listImages() {
  return deps.images.list({ projectId: project.id, limit: 50 });
}
async function listWorkflows(imageId: string): Promise<string[]> {
  const runs = await deps.images.runs(imageId);
  return Promise.all(
    runs.map(async ({ workflowId }) => (await temporal.workflow.getHandle(workflowId).describe()).status.name),
  );
}

test('an upload below the prefix of a project starts one workflow, however often it is told', async () => {
  const key = `${project.keyPrefix}Debian 12.qcow2`;
  await put(key);
  expect(await settleEvent(deps, await told(key), 1)).toBe('started');
  expect(await settleEvent(deps, await told(key), 1)).toBe('duplicate');
  expect(await settleEvent(deps, await told(encodeURIComponent(key).replaceAll('%20', '+')), 1)).toBe('duplicate');
  const images = await listImages();
  expect(images).toMatchObject([{ name: 'Debian 12', upload: { key, size: 5 } }]);
  expect(await listWorkflows(images[0]?.id ?? '')).toEqual(['RUNNING']);
});

test('what says of itself that it is a snapshot is listed as one', async () => {
  const instance = randomUUID();
  const key = `${project.keyPrefix}server.raw`;
  const metadata = { 'image-type': 'snapshot', 'snapshot-kind': 'backup', 'instance-uuid': instance };
  const target = { bucket: uploadsBucket, key, uploadId: await store.createMultipart(uploadsBucket, key, metadata) };
  await store.completeMultipart(target, [await store.putPart(target, 1, Buffer.from('bytes'))]);
  await put(`${project.keyPrefix}other.raw`);
  for (const each of [key, `${project.keyPrefix}other.raw`]) await settleEvent(deps, await told(each), 1);
  const names = async (imageType: 'snapshot' | 'image') =>
    (await deps.images.list({ projectId: project.id, limit: 50, imageType })).map(({ name }) => name);
  expect([await names('snapshot'), await names('image')]).toEqual([['server'], ['other']]);
  const [snapshot] = await deps.images.list({ projectId: project.id, limit: 1, imageType: 'snapshot' });
  const properties = { image_type: 'snapshot', snapshot_kind: 'backup', instance_uuid: instance };
  expect(snapshot?.properties).toEqual(properties);
});

test('an empty object is no upload until it stays so', async () => {
  const key = `${project.keyPrefix}mounted.raw`;
  await put(key, '');
  expect(await settleEvent(deps, await told(key), 1)).toBe('ignored');
  expect(await sweep(deps)).toMatchObject({ started: 0 });
  expect(await listImages()).toEqual([]);
  await put(key);
  expect(await settleEvent(deps, await told(key), 1)).toBe('started');
  expect(await listImages()).toMatchObject([{ upload: { key, size: 5 } }]);

  await put(`${project.keyPrefix}forgotten.raw`, '');
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 11 * 60_000);
  expect(await sweep(deps)).toMatchObject({ started: 1 });
  later.mockRestore();
  expect(await listImages()).toHaveLength(2);
});

test('what a tus server keeps beside an upload is none', async () => {
  const [upload, notes] = [`${project.keyPrefix}2f8c`, `${project.keyPrefix}2f8c.info`];
  await put(notes, JSON.stringify({ ID: '2f8c', Size: 5, Offset: 0, MetaData: { filename: 'a.raw' } }));
  await put(upload);
  expect(await settleEvent(deps, await told(notes), 1)).toBe('ignored');
  expect(await sweep(deps)).toMatchObject({ started: 1 });
  expect(await listImages()).toMatchObject([{ upload: { key: upload } }]);
});

test('what SNS asks is told to operators, and starts nothing', async () => {
  const topic = 'arn:aws:sns:eu-central-1:123456789012:uploads';
  const asked = { Type: 'SubscriptionConfirmation', Token: 'abc123', TopicArn: topic, SubscribeURL: 'https://x.test/' };
  const [id] = await deps.events.record('aws', parseNotifications({}, asked).uploads);
  expect(await settleEvent(deps, id as number, 1)).toBe('ignored');
  const detail = `SNS sends no notifications until its subscription is confirmed: aws sns confirm-subscription --topic-arn ${topic} --token abc123`;
  expect(await deps.events.get(id as number)).toMatchObject({ outcome: 'ignored', detail });
  expect(await deps.events.list({ projectId: project.id, limit: 50 })).toEqual([]);
});

test('a key that looks encoded and one that is are two uploads', async () => {
  await put(`${project.keyPrefix}a+b`);
  await put(`${project.keyPrefix}a b`);
  expect(await settleEvent(deps, await told(`${project.keyPrefix}a+b`), 1)).toBe('started');
  expect((await listImages()).map(({ upload }) => upload.key).sort()).toEqual([
    `${project.keyPrefix}a b`,
    `${project.keyPrefix}a+b`,
  ]);
});

test('foreign prefixes, other buckets and folders start nothing', async () => {
  await put('nobody/x');
  await store.put(uploadsBucket, `${project.keyPrefix}folder/`, Buffer.alloc(0), 'application/x-directory');
  const other = `${uploadsBucket}-published`;
  await store.ensureBucket(other);
  await put(`${project.keyPrefix}x`, 'bytes', other);
  expect(await settleEvent(deps, await told('nobody/x'), 1)).toBe('ignored');
  expect(await settleEvent(deps, await told(`${project.keyPrefix}folder/`), 1)).toBe('ignored');
  expect(await settleEvent(deps, await told(`${project.keyPrefix}x`, undefined, other), 1)).toBe('ignored');
  expect(await sweep(deps)).toMatchObject({ started: 0 });
  expect(await listImages()).toEqual([]);
});

test('what is told before it is there (Ceph, at the start of a multipart upload) is asked for again, and started when it comes', async () => {
  const key = `${project.keyPrefix}early`;
  const event = await told(key, 'ObjectCreated:Post');
  expect(await settleEvent(deps, event, 1)).toBeInstanceOf(Postponed);
  await put(key);
  expect(await settleEvent(deps, event, 2)).toBe('started');
  const never = await told(`${project.keyPrefix}never`, 'ObjectCreated:Post');
  expect(await settleEvent(deps, never, 99)).toBe('no-object');
});

test('other bytes at the same key are another image; the same bytes are not', async () => {
  const key = `${project.keyPrefix}again`;
  await put(key, 'first');
  await settleEvent(deps, await told(key), 1);
  await put(key, 'first');
  expect(await settleEvent(deps, await told(key), 1)).toBe('duplicate');
  await put(key, 'second');
  expect(await settleEvent(deps, await told(key), 1)).toBe('started');
  expect(await listImages()).toHaveLength(2);
});

test('an announced image takes the bytes that come to its key', async () => {
  const announced = await deps.images.announce({
    projectId: project.id,
    name: 'announced',
    settings: { policy: 'warn' },
    bucket: uploadsBucket,
  });
  await put(announced.upload.key);
  expect(await settleEvent(deps, await told(announced.upload.key), 1)).toBe('started');
  expect(await listImages()).toMatchObject([{ id: announced.id, name: 'announced', settings: { policy: 'warn' } }]);
});

test('the sweep starts what nobody told, and nothing twice', async () => {
  for (const name of ['a', 'b', 'c']) await put(`${project.keyPrefix}${name}`, name);
  await settleEvent(deps, await told(`${project.keyPrefix}a`), 1);
  expect(await sweep(deps)).toMatchObject({ started: 2 });
  expect(await sweep(deps)).toMatchObject({ started: 0 });
  expect(await listImages()).toHaveLength(3);
  for (const { id } of await listImages()) expect(await listWorkflows(id)).toEqual(['RUNNING']);
});

test('the sweep starts a repair that was asked for and not started, once; none whose image is deleted', async () => {
  const { images } = deps;
  const repairs = createRepairStore(database.db);
  const parent = await images.announce({ projectId: project.id, name: 'old', settings: {}, bucket: uploadsBucket });
  const order = { parent, name: 'mended', settings: {}, bucket: uploadsBucket, remedies: ['serial-console'] };
  const ask = () => repairs.create({ ...order, before: [], guest: {} });
  const young = await ask();
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  const waiting = await ask();
  const unwanted = await ask();
  await images.markForDeletion(unwanted.id);
  const created_at = new Date(Date.now() - 60_000);
  await database.db
    .updateTable('repairs')
    .set({ created_at })
    .where('image_id', 'in', [waiting.id, unwanted.id])
    .execute();
  expect(await sweep(deps)).toMatchObject({ restarted: 1 });
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  const describeWorkflow = (imageId: string) => temporal.workflow.getHandle(makeRepairWorkflowId(imageId)).describe();
  expect(await describeWorkflow(waiting.id)).toMatchObject({ type: 'repairImage', status: { name: 'RUNNING' } });
  for (const { id } of [young, unwanted]) await expect(describeWorkflow(id)).rejects.toThrow(/not found/);
  await repairs.begin(waiting.id);
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  await expect(repairs.begin(unwanted.id)).rejects.toMatchObject({ code: 'superseded' });
});

test('the sweep starts a delivery that was ordered and not started, once', async () => {
  const deliveries = createDeliveryStore(database.db);
  const { image } = await publishedImage(database.db, project);
  const order = await deliveries.order(image.id, 'cloud');
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  const created_at = new Date(Date.now() - 60_000);
  await database.db.updateTable('deliveries').set({ created_at }).where('id', '=', order.deliveryId).execute();
  expect(await sweep(deps)).toMatchObject({ restarted: 1 });
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  const workflow = await temporal.workflow.getHandle(makeDeliveryWorkflowId(order)).describe();
  expect(workflow).toMatchObject({ type: 'deliverImage', status: { name: 'RUNNING' } });
  await deliveries.begin(order, 'worker-1');
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
});

test('the sweep starts a download that was not started; one that failed is started again when it is asked for again', async () => {
  const downloads = createDownloadStore(database.db);
  const source = { url: 'https://example.org/disk.qcow2' };
  const { id } = await downloads.create({
    projectId: project.id,
    name: 'fetched',
    settings: {},
    bucket: uploadsBucket,
    source,
  });
  const old = () =>
    database.db
      .updateTable('downloads')
      .set({ created_at: new Date(Date.now() - 60_000) })
      .where('image_id', '=', id)
      .execute();
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  await old();
  expect(await sweep(deps)).toMatchObject({ restarted: 1 });
  const handle = temporal.workflow.getHandle(makeDownloadWorkflowId(id));
  const { type, runId } = await handle.describe();
  expect(type).toBe('downloadImage');
  await sweep(deps);
  expect((await handle.describe()).runId).toBe(runId);

  await downloads.end(id, { code: 'unavailable', message: 'Silence.' });
  await handle.terminate();
  expect(await sweep(deps)).toMatchObject({ restarted: 0 });
  await downloads.order(id, {});
  await old();
  expect(await sweep(deps)).toMatchObject({ restarted: 1 });
  const again = await handle.describe();
  expect(again.status.name).toBe('RUNNING');
  expect(again.runId).not.toBe(runId);
});
