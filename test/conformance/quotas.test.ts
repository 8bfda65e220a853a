import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createPlatformStore } from '../../adapters/database/platform-store.ts';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { type Limits, stride, type Usage } from '../../shared/limits/quota.ts';
import type { Reception } from '../../shared/ports/image-receptions.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project, ProjectStore } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun } from '../support/run-records.ts';
import {
  hex,
  makePublication,
  publishedImage,
  someDisk,
  someObject,
  someProject,
  toNames,
} from '../support/samples.ts';

/** Quotas on a real Postgres: exact under races, and never wrong afterwards. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let images: ImageStore;
let glance: ImageStore;
let projects: ProjectStore;
let runs: RunStore;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  const { db } = database;
  images = createImageStore(db);
  glance = createImageStore(db);
  projects = createProjectStore(db);
  runs = createRunStore(db);
});
afterAll(() => database?.drop());

async function within(quota: Partial<Limits>): Promise<void> {
  project = await someProject(database.db, { quota });
}
async function used(id = project.id): Promise<Usage | undefined> {
  return (await projects.quota(id))?.used;
}
const over = { code: 'quota-exceeded', retryable: false };
function announce(size?: number) {
  return images.announce({
    projectId: project.id,
    name: 'x',
    settings: {},
    bucket: 'uploads',
    ...(size === undefined ? {} : { size }),
  });
}
async function uploading(size: number): Promise<string> {
  const { id } = await announce();
  await images.reserveUpload(id, size);
  return id;
}
function arrive(key: string, size: number, etag = hex(16)) {
  return images.findOrCreate(someObject(project, { key, size, etag }), {
    projectId: project.id,
    name: 'x',
    settings: {},
  });
}
async function outcomes(work: Promise<unknown>[]): Promise<{ done: number; refused: number }> {
  const settled = await Promise.allSettled(work);
  const refused = settled.filter(({ status }) => status === 'rejected');
  for (const each of refused) expect((each as PromiseRejectedResult).reason).toMatchObject(over);
  return { done: settled.length - refused.length, refused: refused.length };
}

describe('fifty at once over ten connections', () => {
  test('uploads take what there is and no more', async () => {
    await within({ bytes: 1000 });
    const announced = await Promise.all(Array.from({ length: 50 }, () => announce()));
    const work = announced.map(({ id }) => images.reserveUpload(id, 70));
    expect(await outcomes(work)).toEqual({ done: 14, refused: 36 });
    expect(await used()).toMatchObject({ bytes: 980, images: 50, uploads: 14 });
  });

  test('images are as many as are allowed, whichever API makes them', async () => {
    await within({ images: 17 });
    const byGlance = () =>
      glance.create({
        projectId: project.id,
        name: 'x',
        visibility: 'shared',
        isProtected: false,
        isHidden: false,
        tags: [],
        minDisk: 0,
        minRam: 0,
        diskFormat: null,
        containerFormat: null,
        properties: {},
        settings: {},
        uploadsBucket: 'uploads',
      });
    const work = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? announce() : byGlance()));
    expect(await outcomes(work)).toEqual({ done: 17, refused: 33 });
    expect((await used())?.images).toBe(17);
  });

  test('uploads under way are as many as are allowed, and giving one up makes room for one', async () => {
    await within({ uploads: 3 });
    const announced = await Promise.all(Array.from({ length: 50 }, () => announce()));
    const begin = ({ id }: { id: string }, index: number): Promise<unknown> =>
      index % 2 === 0 ? images.reserveUpload(id, 1) : glance.beginReception(id, 'saving');
    expect(await outcomes(announced.map(begin))).toEqual({ done: 3, refused: 47 });
    const [going] = (
      await database.db
        .selectFrom('images')
        .where('project_id', '=', project.id)
        .where('held_bytes', '>', 0)
        .select(['id', 'receiving_session as session'])
        .execute()
    ).map(({ id, session }) => ({ imageId: id, session }));
    if (!going) throw new Error('none');
    if (going.session) await glance.dropReception(going as Reception);
    else await images.closeMultipart(going.imageId, null);
    expect((await used())?.uploads).toBe(2);
    expect(await outcomes([images.reserveUpload(going.imageId, 1)])).toEqual({ done: 1, refused: 0 });
  });

  test('what grows on the way takes turns: the sum of all that was granted is the quota', async () => {
    const limit = 1000 * 1024 ** 2;
    await within({ bytes: limit });
    const receptions = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const reception = await glance.beginReception((await announce()).id, 'saving');
        if (!reception) throw new Error('none');
        return reception;
      }),
    );
    const grow = async (reception: Reception & { held: number }): Promise<number> => {
      let { held } = reception;
      for (;;) {
        const next = await glance.extendReception(reception, held + 1).catch((error: unknown) => {
          expect(error).toMatchObject(over);
          return undefined;
        });
        if (next === undefined) return held;
        held = next;
      }
    };
    const held = await Promise.all(receptions.map(grow));
    expect(held.reduce((sum, each) => sum + each, 0)).toBe(limit);
    expect((await used())?.bytes).toBe(limit);
  });

  test('creating, giving up and deleting at once leaves nothing behind', async () => {
    await within({ bytes: 500, images: 10 });
    let most = 0;
    const look = async (): Promise<void> => {
      most = Math.max(most, (await used())?.bytes ?? 0);
    };
    const watch = setInterval(() => void look(), 5);
    const round = async (index: number): Promise<void> => {
      const { id } = await announce();
      try {
        await images.reserveUpload(id, 100);
        if (index % 3 === 0) await images.closeMultipart(id, null);
      } finally {
        await images.markForDeletion(id);
        await images.markDeleted(id);
      }
    };
    const settled = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => round(index)));
    clearInterval(watch);
    for (const each of settled) if (each.status === 'rejected') expect(each.reason).toMatchObject(over);
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(most).toBeLessThanOrEqual(500);
    expect(await used()).toEqual({ bytes: 0, images: 0, uploads: 0, stagedBytes: 0 });
  });
});

describe('bytes', () => {
  beforeEach(() => within({ bytes: 1000 }));

  test('are refused at the announcement, in numbers, and promised to nobody by it', async () => {
    await expect(announce(1001)).rejects.toMatchObject({
      ...over,
      message: "The project's quota is 1000 bytes, of which 0 bytes are used. There is no room for 1001 bytes more.",
    });
    await announce(600);
    await announce(600);
    expect((await used())?.bytes).toBe(0);
  });

  test('of an upload that is begun anew are those of its new size', async () => {
    const id = await uploading(900);
    await images.reserveUpload(id, 400);
    expect((await used())?.bytes).toBe(400);
    await images.reserveUpload(id, 1000);
    await expect(images.reserveUpload(id, 1001)).rejects.toMatchObject(over);
    expect((await used())?.bytes).toBe(1000);
  });

  test('that came from elsewhere without a question count, and their run refuses them until there is room', async () => {
    const id = await uploading(700);
    const { image, run } = await arrive(`${project.keyPrefix}foreign`, 400);
    expect((await runs.context(toNames(run))).overQuota).toEqual({
      resource: 'bytes',
      limit: 1000,
      used: 700,
      wanted: 400,
    });
    expect((await used())?.bytes).toBe(1100);
    await runs.finish(toNames(run), { status: 'failed', failure: { code: 'x', message: 'x' } });
    await expect(images.newRun(image.id)).rejects.toMatchObject(over);
    await images.closeMultipart(id, null);
    const again = await images.newRun(image.id);
    expect((await runs.context(toNames(again))).overQuota).toBeUndefined();
    expect((await used())?.bytes).toBe(400);
  });

  test('that came as they were announced take no room twice', async () => {
    const { id, upload } = await announce();
    await images.reserveUpload(id, 1000);
    const { image, run } = await arrive(upload.key, 1000);
    expect(image.id).toBe(id);
    expect((await runs.context(toNames(run))).overQuota).toBeUndefined();
    expect(await used()).toMatchObject({ bytes: 1000, uploads: 0 });
  });

  test('that were written over count no more', async () => {
    const key = `${project.keyPrefix}again`;
    const first = await arrive(key, 600);
    const second = await arrive(key, 700);
    expect(second.image.id).not.toBe(first.image.id);
    expect((await used())?.bytes).toBe(700);
    const failure = { code: 'object-changed', message: 'x' };
    await runs.finish(toNames(first.run), { status: 'failed', failure });
    expect((await used())?.bytes).toBe(700);
  });

  test('of a published image are those of what is published', async () => {
    const { run, fence } = await begunRun(database.db, project);
    expect((await used())?.bytes).toBe(1024);
    const disk = someDisk({ size: 300 });
    await runs.reserve({ ...run, fence }, disk.size);
    expect((await used())?.bytes).toBe(1024);
    await runs.publish({ ...run, fence }, makePublication(run, disk));
    expect((await used())?.bytes).toBe(300);
  });

  test('of what shall be published are reserved, and given back when it is not', async () => {
    const { run } = await arrive(`${project.keyPrefix}a`, 400);
    const names = toNames(run);
    const { fence } = await runs.beginAttempt(names, 'worker');
    await expect(runs.reserve({ ...names, fence: fence - 1 }, 900)).rejects.toMatchObject({ code: 'superseded' });
    await runs.reserve({ ...names, fence }, 900);
    await runs.reserve({ ...names, fence }, 900);
    expect((await used())?.bytes).toBe(900);
    await expect(runs.reserve({ ...names, fence }, 1001)).rejects.toMatchObject(over);
    await expect(uploading(101)).rejects.toMatchObject(over);
    await runs.finish(names, { status: 'cancelled' });
    expect((await used())?.bytes).toBe(400);
  });

  test('of an upload that is deleted under way count until it is cleared away; else deleting gives them back at once', async () => {
    const id = await uploading(600);
    await images.markForDeletion(id);
    expect(await used()).toMatchObject({ bytes: 600, images: 0 });
    await images.markDeleted(id);
    const { image, run } = await arrive(`${project.keyPrefix}a`, 700);
    await runs.finish(toNames(run), { status: 'cancelled' });
    await images.markForDeletion(image.id);
    expect((await used())?.bytes).toBe(0);
  });

  test('go with an image to its new owner, if that has room', async () => {
    const { image } = await arrive(`${project.keyPrefix}a`, 700);
    const small = await someProject(database.db, { quota: { bytes: 600 } });
    const large = await someProject(database.db, { quota: { bytes: 800 } });
    await expect(glance.change(image.id, () => ({ projectId: small.id }))).rejects.toMatchObject(over);
    await glance.change(image.id, () => ({ projectId: large.id }));
    expect([(await used())?.bytes, (await used(small.id))?.bytes, (await used(large.id))?.bytes]).toEqual([0, 0, 700]);
  });

  test('of a mended image are those of the original first, then its own', async () => {
    const repairs = createRepairStore(database.db);
    const { image } = await publishedImage(database.db, project, someDisk({ size: 400 }));
    const order = {
      parent: image,
      name: 'mended',
      settings: {},
      bucket: 'uploads',
      remedies: ['x'],
      before: [],
      guest: {},
    };
    const { id } = await repairs.create(order);
    expect(await used()).toMatchObject({ bytes: 800, images: 2, uploads: 1 });
    await expect(repairs.create(order)).rejects.toMatchObject(over);
    const { fence } = await repairs.begin(id);
    await expect(repairs.reserve(id, fence, 601)).rejects.toMatchObject(over);
    await repairs.reserve(id, fence, 500);
    await expect(repairs.reserve(id, fence - 1, 1)).rejects.toMatchObject({ code: 'superseded' });
    expect((await used())?.bytes).toBe(900);
    await repairs.end(id, undefined);
    expect((await used())?.bytes).toBe(400);
  });
});

describe('what is fetched', () => {
  const source = { url: 'https://example.org/disk.qcow2' };
  const fetched = () =>
    createDownloadStore(database.db).create({
      projectId: project.id,
      name: 'x',
      settings: {},
      bucket: 'uploads',
      source,
    });

  test('is an image and an upload from when it is ordered, of as many as are allowed when many ask at once', async () => {
    await within({ images: 20, uploads: 3 });
    expect(await outcomes(Array.from({ length: 50 }, fetched))).toEqual({ done: 3, refused: 47 });
    expect(await used()).toMatchObject({ images: 3, uploads: 3 });
    await within({ images: 2 });
    expect(await outcomes(Array.from({ length: 10 }, fetched))).toEqual({ done: 2, refused: 8 });
  });

  test('has its room before its bytes come, as many as its server says, and gives it back when it comes to nothing', async () => {
    const downloads = createDownloadStore(database.db);
    await within({ bytes: 1000, uploads: 1 });
    const { id } = await fetched();
    const { fence } = await downloads.begin(id);
    await expect(downloads.reserve(id, fence, 1001)).rejects.toMatchObject(over);
    expect(await downloads.reserve(id, fence, 900)).toBe(900);
    await expect(downloads.reserve(id, fence - 1, 1)).rejects.toMatchObject({ code: 'superseded' });
    await expect(announce(101)).rejects.toMatchObject(over);
    expect(await used()).toMatchObject({ bytes: 900, uploads: 1 });
    await downloads.end(id, { code: 'unavailable', message: 'Silence.' });
    expect(await used()).toMatchObject({ bytes: 0, images: 1, uploads: 0 });
    await expect(downloads.reserve(id, fence, 1)).rejects.toMatchObject({ code: 'superseded' });
    // Again, when nobody else has taken the one upload that is allowed.
    const other = await uploading(1);
    await expect(downloads.order(id, {})).rejects.toMatchObject(over);
    expect(await downloads.get(id)).toMatchObject({ status: 'failed' });
    await images.closeMultipart(other, null);
    await downloads.order(id, {});
    expect(await used()).toMatchObject({ images: 2, uploads: 1 });
  });

  test('without a size grows in pieces to what is left, and counts as what has come in the end', async () => {
    const downloads = createDownloadStore(database.db);
    const limit = stride + 500;
    await within({ bytes: limit });
    const { id, upload } = await fetched();
    const { fence } = await downloads.begin(id);
    expect(await downloads.reserve(id, fence, 1, stride)).toBe(stride);
    expect(await downloads.reserve(id, fence, stride + 1, 2 * stride + 1)).toBe(limit);
    await expect(downloads.reserve(id, fence, limit + 1, limit + stride)).rejects.toMatchObject(over);
    expect((await used())?.bytes).toBe(limit);
    await downloads.handedOver(id, fence);
    await arrive(upload.key, 300);
    expect(await used()).toMatchObject({ bytes: 300, uploads: 0 });
  });

  test('again and again for a family is held to the quota of whoever owns it, and ordered when there is room', async () => {
    const platform = createPlatformStore(database.db);
    await within({ images: 1 });
    const { id } = await announce();
    const family = `f-${hex(4)}`;
    const checksum = `sha256:${'a'.repeat(64)}`;
    const wanted = await platform.setSource({
      family,
      projectId: project.id,
      name: 'x',
      ...source,
      fixedChecksum: checksum,
      checksumUrl: null,
      signingKeys: null,
      signatureUrl: null,
      settings: {},
      everySeconds: 3600,
      keep: null,
    });
    await expect(platform.order(wanted, checksum, 'uploads')).rejects.toMatchObject(over);
    await images.markForDeletion(id);
    expect(await platform.order(wanted, checksum, 'uploads')).toMatchObject({ projectId: project.id });
    expect(await used()).toMatchObject({ images: 1, uploads: 1 });
  });
});

test('a limit of the installation holds where the project has none, and one of its own goes first', async () => {
  await within({});
  const limited = createImageStore(database.db, { bytes: 100, images: null, uploads: null });
  const { id } = await announce();
  await expect(limited.reserveUpload(id, 101)).rejects.toMatchObject(over);
  await projects.setQuota(project.id, { bytes: 200 });
  await limited.reserveUpload(id, 200);
  await projects.setQuota(project.id, { bytes: null });
  await limited.reserveUpload(id, 90);
  await expect(limited.reserveUpload(id, 101)).rejects.toMatchObject(over);
  expect(await projects.setQuota('no-such-project', { bytes: 1 })).toBeUndefined();
  expect(await projects.quota('no-such-project')).toBeUndefined();
});

/** What one image is to the model: bytes, and how far it is. */
type Modelled = {
  id: string;
  key: string;
  held: number;
  state: 'announced' | 'open' | 'arrived' | 'published' | 'deleting';
};

test('whatever is done in whatever order, usage is what the images hold, and no promise is over the limit', async () => {
  const limit = 1000;
  const size = fc.integer({ min: 1, max: 600 });
  const which = fc.nat(20);
  const operation = fc.oneof(
    fc.record({ do: fc.constant('announce' as const) }),
    fc.record({ do: fc.constant('reserve' as const), which, size }),
    fc.record({ do: fc.constant('giveUp' as const), which }),
    fc.record({ do: fc.constant('arrive' as const), which }),
    fc.record({ do: fc.constant('foreign' as const), size }),
    fc.record({ do: fc.constant('publish' as const), which, size }),
    fc.record({ do: fc.constant('reject' as const), which, size }),
    fc.record({ do: fc.constant('delete' as const), which }),
    fc.record({ do: fc.constant('clear' as const), which }),
  );
  const property = fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 30 }), async (operations) => {
    await within({ bytes: limit });
    let model: Modelled[] = [];
    const total = (): number => model.reduce((sum, { held }) => sum + held, 0);
    const pick = (index: number, ...states: Modelled['state'][]): Modelled | undefined => {
      const fitting = model.filter(({ state }) => states.includes(state));
      return fitting[index % Math.max(1, fitting.length)];
    };
    /** Done just when there is room. */
    const takes = async (more: number, work: () => Promise<unknown>): Promise<boolean> => {
      const fits = more <= 0 || total() + more <= limit;
      const { done } = await outcomes([work()]);
      expect(done).toBe(fits ? 1 : 0);
      return fits;
    };
    for (const operation of operations) {
      if (operation.do === 'announce') {
        const { id, upload } = await announce();
        model.push({ id, key: upload.key, held: 0, state: 'announced' });
      } else if (operation.do === 'foreign') {
        const key = `${project.keyPrefix}${hex(8)}`;
        const { image, run } = await arrive(key, operation.size);
        const isOver = total() + operation.size > limit;
        expect((await runs.context(toNames(run))).overQuota !== undefined).toBe(isOver);
        model.push({ id: image.id, key, held: operation.size, state: 'arrived' });
      } else if (operation.do === 'reserve') {
        const image = pick(operation.which, 'announced', 'open');
        if (image && (await takes(operation.size - image.held, () => images.reserveUpload(image.id, operation.size)))) {
          Object.assign(image, { held: operation.size, state: 'open' });
        }
      } else if (operation.do === 'giveUp') {
        const image = pick(operation.which, 'open');
        if (image) await images.closeMultipart(image.id, null);
        if (image) Object.assign(image, { held: 0, state: 'announced' });
      } else if (operation.do === 'arrive') {
        const image = pick(operation.which, 'open');
        if (image) await arrive(image.key, image.held);
        if (image) image.state = 'arrived';
      } else if (operation.do === 'publish' || operation.do === 'reject') {
        const image = pick(operation.which, 'arrived');
        const [run] = image ? await images.runs(image.id) : [];
        if (!image || !run || run.finishedAt) continue;
        const names = toNames(run);
        const { fence } = await runs.beginAttempt(names, 'worker');
        const fits = await takes(operation.size - image.held, () => runs.reserve({ ...names, fence }, operation.size));
        if (operation.do === 'publish' && fits) {
          await runs.publish({ ...names, fence }, makePublication(names, someDisk({ size: operation.size })));
          Object.assign(image, { held: operation.size, state: 'published' });
        } else await runs.finish(names, { status: 'failed', failure: { code: 'x', message: 'x' } });
      } else if (operation.do === 'delete') {
        const image = pick(operation.which, 'announced', 'open', 'arrived', 'published');
        const [run] = image ? await images.runs(image.id) : [];
        if (!image || (run && !run.finishedAt)) continue;
        await images.markForDeletion(image.id);
        if (image.state !== 'open') image.held = 0;
        image.state = 'deleting';
      } else {
        const image = pick(operation.which, 'deleting');
        if (image) await images.markDeleted(image.id);
        model = model.filter((each) => each !== image);
      }
      expect(await used()).toEqual({
        bytes: total(),
        images: model.filter(({ state }) => state !== 'deleting').length,
        uploads: model.filter(({ state, held }) => held > 0 && (state === 'open' || state === 'deleting')).length,
        stagedBytes: 0,
      });
    }
  });
  await fc.assert(property, { numRuns: 25 });
});
