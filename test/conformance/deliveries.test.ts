import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { DeliveryOrder } from '../../shared/contracts/delivery.ts';
import type { DeliveryStore } from '../../shared/ports/deliveries.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun, runRecords } from '../support/run-records.ts';
import {
  makePublication,
  publishedImage,
  someDisk,
  someProject,
  someReport,
  uploadedImage,
} from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let deliveries: DeliveryStore;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  deliveries = createDeliveryStore(database.db);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
});

const superseded = { code: 'superseded', retryable: false };
const trouble = { code: 'forbidden', message: 'No.', remedy: 'Let us in.' };

/** Of a published image to one target. */
async function ordered(): Promise<DeliveryOrder> {
  const { image } = await publishedImage(database.db, project);
  return deliveries.order(image.id, 'cloud');
}

describe('what is published', () => {
  test('is on its way to each target in the same transaction, and once', async () => {
    const { run, fence } = await begunRun(database.db, project);
    const runs = createRunStore(database.as('worker'));
    const publication = { ...makePublication(run), targets: ['cloud', 'backup'] };
    await expect(runs.publish({ ...run, fence: fence - 1 }, publication)).rejects.toMatchObject(superseded);
    expect(await deliveries.queued(run.imageId)).toEqual([]);
    await runs.publish({ ...run, fence }, publication);
    await runs.publish({ ...run, fence }, publication);
    const orders = await deliveries.queued(run.imageId);
    expect(orders.map(({ target }) => target).sort()).toEqual(['backup', 'cloud']);
    expect(orders[0]).toMatchObject({ imageId: run.imageId, projectId: project.id, number: 1 });
    expect(await deliveries.ofImage(run.imageId)).toMatchObject([
      { target: 'backup', status: 'queued', attempts: 0, percent: 0, startedAt: null },
      { target: 'cloud', status: 'queued' },
    ]);
  });

  test('goes where its project says, else the installation decides', async () => {
    const projects = createProjectStore(database.db);
    const findTargets = async () => {
      const { run } = await begunRun(database.db, project);
      return (await createRunStore(database.as('worker')).context(run)).targets;
    };
    expect(await findTargets()).toBeUndefined();
    expect(await projects.chooseTargets(project.id, ['cloud'])).toMatchObject({ targets: ['cloud'] });
    expect(await findTargets()).toEqual(['cloud']);
    await projects.chooseTargets(project.id, []);
    expect(await findTargets()).toEqual([]);
    await projects.chooseTargets(project.id, null);
    expect(await findTargets()).toBeUndefined();
    expect(await projects.chooseTargets('nobody', [])).toBeUndefined();
  });
});

test('an image that is not active goes nowhere', async () => {
  const { image } = await uploadedImage(database.db, project);
  await expect(deliveries.order(image.id, 'cloud')).rejects.toMatchObject({ code: 'conflict' });
  const order = await ordered();
  await createImageStore(database.db).markForDeletion(order.imageId);
  expect(await deliveries.queued(order.imageId)).toEqual([]);
  await expect(deliveries.begin(order, 'worker-1')).rejects.toMatchObject(superseded);
  expect(await deliveries.ofImage(order.imageId)).toMatchObject([{ status: 'queued', attempts: 0 }]);
});

test('an attempt gets all that it needs, and each is counted', async () => {
  const { run, fence } = await begunRun(database.db, project);
  const runs = createRunStore(database.as('worker'));
  const report = someReport(run, 'publish');
  await runs.saveReport({ ...run, fence }, report);
  const converted = someDisk({ format: 'raw' });
  const { bucket, key } = makePublication(run, converted);
  const digests = { md5: 'm' };
  const published = { bucket, key, converted, digests, properties: { os_distro: 'debian' }, targets: ['cloud'] };
  await runs.publish({ ...run, fence }, published);
  const [order] = await deliveries.queued(run.imageId);
  const first = await deliveries.begin(order as DeliveryOrder, 'worker-1');
  expect(first).toEqual({
    fence: expect.any(Number),
    imageId: run.imageId,
    projectId: project.id,
    name: 'Debian 12',
    target: 'cloud',
    published: { bucket, key, format: 'raw', size: converted.size, sha256: converted.sha256 },
    virtualSize: converted.virtualSize,
    ...digests,
    sha512: null,
    properties: { os_distro: 'debian' },
    runId: run.runId,
    report,
  });
  const second = await deliveries.begin(order as DeliveryOrder, 'worker-2');
  expect(second.fence).toBeGreaterThan(first.fence);
  expect(await deliveries.ofImage(run.imageId)).toMatchObject([{ status: 'running', attempts: 2, worker: 'worker-2' }]);
  expect(await deliveries.queued(run.imageId)).toEqual([]);
});

test('a stale attempt is superseded, and changes nothing', async () => {
  const order = await ordered();
  const { fence } = await deliveries.begin(order, 'worker-1');
  await deliveries.begin(order, 'worker-2');
  const before = await deliveries.ofImage(order.imageId);
  const writes = [
    () => deliveries.progress(order.deliveryId, fence, 50),
    () => deliveries.attemptFailed(order.deliveryId, fence, trouble),
    () => deliveries.done(order.deliveryId, fence, 'there'),
  ];
  for (const write of writes) await expect(write()).rejects.toMatchObject(superseded);
  expect(await deliveries.ofImage(order.imageId)).toEqual(before);
});

test('progress, the reason of an attempt and the end are told; the image stays as it is', async () => {
  const order = await ordered();
  const records = runRecords(database.db);
  const image = await records.image({ imageId: order.imageId, runId: '' });
  const { fence } = await deliveries.begin(order, 'worker-1');
  await deliveries.progress(order.deliveryId, fence, 42);
  await deliveries.attemptFailed(order.deliveryId, fence, trouble);
  const state = async () => (await deliveries.ofImage(order.imageId))[0];
  expect(await state()).toMatchObject({ status: 'running', percent: 42, failure: trouble, finishedAt: null });
  const again = await deliveries.begin(order, 'worker-1');
  expect(await state()).toMatchObject({ status: 'running', percent: 0, failure: null });
  await deliveries.done(order.deliveryId, again.fence, 's3://there');
  expect(await state()).toMatchObject({ status: 'done', percent: 100, location: 's3://there', failure: null });
  expect((await state())?.finishedAt).toBeInstanceOf(Date);
  await expect(deliveries.begin(order, 'late')).rejects.toMatchObject(superseded);
  expect(await records.image({ imageId: order.imageId, runId: '' })).toEqual(image);
});

test('what failed may be asked for again, what is under way may not; the old workflow has no say any more', async () => {
  const order = await ordered();
  await expect(deliveries.order(order.imageId, 'cloud')).rejects.toMatchObject({ code: 'conflict' });
  await deliveries.begin(order, 'worker-1');
  await expect(deliveries.order(order.imageId, 'cloud')).rejects.toMatchObject({ code: 'conflict' });
  await deliveries.fail(order, trouble);
  expect(await deliveries.ofImage(order.imageId)).toMatchObject([{ status: 'failed', failure: trouble }]);
  const anew = await deliveries.order(order.imageId, 'cloud');
  expect(anew).toEqual({ ...order, number: 2 });
  const state = { status: 'queued', failure: null, attempts: 0, worker: null, startedAt: null, finishedAt: null };
  await expect(deliveries.begin(order, 'late')).rejects.toMatchObject(superseded);
  await deliveries.fail(order, trouble);
  expect(await deliveries.ofImage(order.imageId)).toMatchObject([state]);
});

test('the sweep is told of what is open for long, begun or not', async () => {
  const order = await ordered();
  const begun = await ordered();
  await deliveries.begin(begun, 'worker-1');
  const ids = async (seconds: number) => (await deliveries.open(seconds)).map(({ deliveryId }) => deliveryId);
  expect(await ids(60)).not.toContain(order.deliveryId);
  expect(await ids(-1)).toEqual(expect.arrayContaining([order.deliveryId, begun.deliveryId]));
  await deliveries.fail(begun, trouble);
  expect(await ids(-1)).not.toContain(begun.deliveryId);
});

describe('one that is cancelled', () => {
  const toState = async ({ imageId }: DeliveryOrder) => (await deliveries.ofImage(imageId))[0];

  test('before it was begun is over at once, and nothing begins it', async () => {
    const order = await ordered();
    expect(await deliveries.cancel(order.imageId, 'cloud')).toEqual(order);
    expect(await toState(order)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(Date) });
    expect(await deliveries.cancelled(order)).toBeUndefined();
    expect(await deliveries.queued(order.imageId)).toEqual([]);
    await expect(deliveries.begin(order, 'late')).rejects.toMatchObject(superseded);
    expect(await deliveries.cancel(order.imageId, 'cloud')).toBeUndefined();
  });

  test('while it runs is superseded, and over when it is cleared away; until then there is no other', async () => {
    const order = await ordered();
    const { fence, published } = await deliveries.begin(order, 'worker-1');
    await deliveries.cancel(order.imageId, 'cloud');
    await expect(deliveries.done(order.deliveryId, fence, 'there')).rejects.toMatchObject(superseded);
    await deliveries.fail(order, trouble);
    expect(await toState(order)).toMatchObject({ status: 'cancelled', finishedAt: null, failure: null });
    const { format, sha256 } = published;
    const { imageId, projectId, target } = order;
    expect(await deliveries.cancelled(order)).toEqual({
      imageId,
      projectId,
      target,
      format,
      sha256,
      wasThere: false,
    });
    await expect(deliveries.order(imageId, 'cloud')).rejects.toMatchObject({ code: 'conflict' });
    await deliveries.cleared(order, trouble);
    expect(await toState(order)).toMatchObject({ finishedAt: expect.any(Date), failure: trouble });
    expect(await deliveries.cancelled(order)).toBeUndefined();
    const anew = await deliveries.order(imageId, 'cloud');
    await deliveries.cleared(order, trouble);
    expect([anew.number, await toState(order)]).toMatchObject([2, { status: 'queued', failure: null }]);
  });

  test('is cleared away when its image is deleted meanwhile, too', async () => {
    const order = await ordered();
    const { published } = await deliveries.begin(order, 'worker-1');
    await deliveries.cancel(order.imageId, 'cloud');
    const images = createImageStore(database.db);
    await images.markForDeletion(order.imageId);
    await images.markDeleted(order.imageId);
    const { format, sha256 } = published;
    expect(await deliveries.cancelled(order)).toMatchObject({ target: 'cloud', format, sha256 });
    await deliveries.cleared(order, undefined);
    expect(await deliveries.cancelled(order)).toBeUndefined();
  });

  test('leaves what an earlier one has brought', async () => {
    const order = await ordered();
    const { fence } = await deliveries.begin(order, 'worker-1');
    await deliveries.done(order.deliveryId, fence, 'there');
    const again = await deliveries.order(order.imageId, 'cloud');
    await deliveries.begin(again, 'worker-1');
    await deliveries.cancel(order.imageId, 'cloud');
    expect(await deliveries.cancelled(again)).toMatchObject({ wasThere: true });
  });

  test('can be had once more when nobody has cleared it away for more than a day', async () => {
    const order = await ordered();
    await deliveries.begin(order, 'worker-1');
    await deliveries.cancel(order.imageId, 'cloud');
    const since = new Date(Date.now() - 26 * 3600_000);
    await database.db
      .updateTable('deliveries')
      .set({ cancelled_at: since })
      .where('id', '=', order.deliveryId)
      .execute();
    expect(await deliveries.order(order.imageId, 'cloud')).toMatchObject({ number: 2 });
  });
});
