import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import type { DownloadStore } from '../../shared/ports/downloads.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { hex, someObject, someProject } from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let downloads: DownloadStore;
let images: ImageStore;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  downloads = createDownloadStore(database.db);
  images = createImageStore(database.db);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
});

const source = { url: 'https://example.org/disk.qcow2?signature=1', checksum: `sha256:${'a'.repeat(64)}` };
const superseded = { code: 'superseded', retryable: false };
const conflict = { code: 'conflict', remedy: expect.any(String) };
const failure = { code: 'object-missing', message: 'There is none.', remedy: 'Check it.' };
async function create(): Promise<string> {
  return (await downloads.create({ projectId: project.id, name: 'fetched', settings: {}, bucket: 'uploads', source }))
    .id;
}
async function readStatus(id: string) {
  return (await images.get(id, project.id))?.status;
}
async function bytesAt(id: string): Promise<void> {
  const { upload } = (await images.get(id, project.id)) ?? { upload: { bucket: '', key: '' } };
  const object = someObject(project, { bucket: upload.bucket, key: upload.key });
  await images.findOrCreate(object, { projectId: project.id, name: 'x', settings: {} });
}

test('an image and its download are made in one, and the image is being imported', async () => {
  const id = await create();
  expect(await images.get(id, project.id)).toMatchObject({
    name: 'fetched',
    status: 'importing',
    upload: { bucket: 'uploads', key: `${project.keyPrefix}${id}`, etag: null },
  });
  expect(await downloads.get(id)).toMatchObject({
    ...source,
    imageId: id,
    projectId: project.id,
    status: 'queued',
    received: 0,
    total: null,
    failure: null,
    requestId: null,
    finishedAt: null,
  });
  expect(await downloads.get(crypto.randomUUID())).toBeUndefined();
});

test('it is queued, held by the newest fence, and handed over once', async () => {
  const id = await create();
  const first = await downloads.begin(id);
  const second = await downloads.begin(id);
  expect(second.fence).toBeGreaterThan(first.fence);
  await downloads.progress(id, second.fence, { received: 5, total: 10 });
  for (const stale of [
    () => downloads.progress(id, first.fence, { received: 1, total: null }),
    () => downloads.assertHeld(id, first.fence),
    () => downloads.handedOver(id, first.fence),
    () => downloads.reserve(id, first.fence, 10),
  ]) {
    await expect(stale()).rejects.toMatchObject(superseded);
  }
  expect(await downloads.get(id)).toMatchObject({ status: 'running', received: 5, total: 10 });
  expect(await downloads.reserve(id, second.fence, 10)).toBeGreaterThanOrEqual(10);
  await downloads.handedOver(id, second.fence);
  await expect(downloads.reserve(id, second.fence, 20)).rejects.toMatchObject(superseded);
  expect(await downloads.get(id)).toMatchObject({ status: 'handed-over', finishedAt: expect.any(Date) });
  await expect(downloads.begin(id)).rejects.toMatchObject(superseded);
  await downloads.end(id, failure);
  expect(await downloads.get(id)).toMatchObject({ status: 'handed-over', failure: null });
  // Its bytes are an upload like any other, and the import goes on.
  await bytesAt(id);
  expect(await readStatus(id)).toBe('importing');
  await expect(downloads.order(id, {})).rejects.toMatchObject(conflict);
});

test('one that fails or is cancelled kills the image, keeps its reason and may be ordered again', async () => {
  const id = await create();
  const { fence } = await downloads.begin(id);
  await expect(downloads.order(id, {})).rejects.toMatchObject(conflict);
  await downloads.end(id, failure);
  expect([await readStatus(id), await downloads.get(id)]).toMatchObject(['killed', { status: 'failed', failure }]);
  await downloads.order(id, { settings: { policy: 'warn' } });
  expect(await downloads.get(id)).toMatchObject({ ...source, status: 'queued', failure: null, received: 0 });
  expect(await images.get(id, project.id)).toMatchObject({ status: 'importing', settings: { policy: 'warn' } });
  await expect(downloads.assertHeld(id, fence)).rejects.toMatchObject(superseded);

  await downloads.end(id, undefined);
  expect([await readStatus(id), await downloads.get(id)]).toMatchObject([
    'killed',
    { status: 'cancelled', failure: null },
  ]);
  const elsewhere = { url: 'https://example.org/other' };
  await downloads.order(id, { source: elsewhere, requestId: 'req-1' });
  expect(await downloads.get(id)).toMatchObject({ ...elsewhere, checksum: null, status: 'queued', requestId: 'req-1' });
});

test('an image that waits for bytes can be given a source, one that has bytes or a sender cannot', async () => {
  const announce = () => images.announce({ projectId: project.id, name: 'announced', settings: {}, bucket: 'uploads' });
  const waiting = await announce();
  await expect(downloads.order(waiting.id, {})).rejects.toMatchObject(conflict);
  await downloads.order(waiting.id, { source, requestId: 'req-2' });
  expect(await readStatus(waiting.id)).toBe('importing');
  await expect(downloads.order(waiting.id, { source })).rejects.toMatchObject(conflict);

  const uploading = await announce();
  await images.openMultipart(uploading.id, { multipartId: hex(4), size: 0, former: null });
  await expect(downloads.order(uploading.id, { source })).rejects.toMatchObject(conflict);
  const receiving = await announce();
  await createImageStore(database.db).beginReception(receiving.id, 'uploading');
  await expect(downloads.order(receiving.id, { source })).rejects.toMatchObject(conflict);
  const whole = await announce();
  await bytesAt(whole.id);
  await expect(downloads.order(whole.id, { source })).rejects.toMatchObject(conflict);
  // While it is fetched nobody else sends bytes.
  expect(await createImageStore(database.db).beginReception(waiting.id, 'uploading')).toBeUndefined();
});

test('ordered many times at once is ordered once', async () => {
  const id = await create();
  await downloads.end(id, failure);
  const orders = await Promise.allSettled(Array.from({ length: 8 }, () => downloads.order(id, {})));
  expect(orders.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('open ones are found, begun or not, but for deleted images, whose deletion no end undoes', async () => {
  const [young, begun, unwanted] = [await create(), await create(), await create()];
  await downloads.begin(begun);
  const { fence } = await downloads.begin(unwanted);
  await images.markForDeletion(unwanted);
  await expect(downloads.progress(unwanted, fence, { received: 1, total: 2 })).rejects.toMatchObject(superseded);
  await expect(downloads.begin(unwanted)).rejects.toMatchObject(superseded);
  const deleted = await create();
  await images.markForDeletion(deleted);
  await downloads.end(unwanted, failure);
  expect(await readStatus(unwanted)).toBe('pending_delete');
  const found = async (seconds: number) =>
    (await downloads.open(seconds))
      .map(({ imageId }) => imageId)
      .filter((id) => [young, begun, unwanted, deleted].includes(id));
  expect(await found(60)).toEqual([]);
  expect(await found(0)).toEqual([young, begun]);
});
