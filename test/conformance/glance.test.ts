import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createImportTaskStore } from '../../adapters/database/import-task-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { parseListQuery } from '../../api/openstack/glance/list-query.ts';
import type { Image, ImageAttributes, Viewer } from '../../shared/ports/image.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { type SortKey, sortKeys, type VisibleQuery } from '../../shared/ports/visible-images.ts';
import { freshDatabase } from '../support/database.ts';
import { someObject, someProject } from '../support/samples.ts';

/** What the port promises of images as OpenStack has them, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let glance: ImageStore;
let images: ImageStore;
let project: Project;
let other: Project;
let owner: Viewer;
let stranger: Viewer;
beforeAll(async () => {
  database = await freshDatabase();
  glance = createImageStore(database.db);
  images = createImageStore(database.db);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  [project, other] = await Promise.all([someProject(database.db), someProject(database.db)]);
  owner = { projectId: project.id, role: 'member' };
  stranger = { projectId: other.id, role: 'member' };
});

function create(more: Partial<ImageAttributes> & { id?: string } = {}): Promise<Image> {
  return glance.create({
    projectId: project.id,
    name: 'x',
    visibility: 'shared',
    isProtected: false,
    isHidden: false,
    tags: [],
    minDisk: 0,
    minRam: 0,
    diskFormat: 'raw',
    containerFormat: 'bare',
    properties: {},
    settings: {},
    uploadsBucket: 'uploads',
    ...more,
  });
}
function query(more: Partial<VisibleQuery> = {}): VisibleQuery {
  return { ...parseListQuery({}), ...more };
}
async function listed(viewer: Viewer, more: Partial<VisibleQuery> = {}): Promise<string[]> {
  return (await glance.listVisible(query(more), viewer)).map(({ id }) => id);
}
function bytes(key: string) {
  return {
    bucket: 'images',
    key,
    etag: 'e',
    size: 7,
    virtualSize: 8,
    md5: 'm',
    sha256: 's',
    sha512: 'l',
  };
}

describe('who sees what', () => {
  test.each([
    ['private', false, false],
    ['shared', false, false],
    ['community', true, false],
    ['public', true, true],
  ] as const)('%s: another project sees it: %s, in its list: %s', async (visibility, seen, inList) => {
    const { id } = await create({ visibility });
    expect((await glance.getVisible(id, stranger)) !== undefined).toBe(seen);
    expect((await listed(stranger, { oneOf: { id: [id] } })).length > 0).toBe(inList);
    expect((await listed(stranger, { visibility, oneOf: { id: [id] } })).length > 0).toBe(seen);
    expect((await listed(stranger, { visibility: 'all', oneOf: { id: [id] } })).length > 0).toBe(seen);
    expect(await listed(owner)).toEqual([id]);
    expect(await listed({ ...stranger, role: 'admin' }, { oneOf: { id: [id] } })).toEqual([id]);
    // What is public would be in the lists of all other tests.
    await glance.remove(id);
  });

  test('members see a shared image, and list it by what they have said to it', async () => {
    const { id } = await create();
    await glance.addMember(id, other.id);
    await expect(glance.addMember(id, other.id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await glance.getVisible(id, stranger)).toMatchObject({ id });
    for (const status of ['pending', 'rejected', 'accepted'] as const) {
      await glance.setMemberStatus(id, other.id, status);
      for (const asked of ['pending', 'rejected', 'accepted', 'all'] as const) {
        const expected = asked === status || asked === 'all' ? [id] : [];
        expect([status, asked, await listed(stranger, { memberStatus: asked })]).toEqual([status, asked, expected]);
      }
    }
    await glance.change(id, () => ({ visibility: 'private' }));
    expect(await glance.getVisible(id, stranger)).toBeUndefined();
    expect(await listed(stranger, { memberStatus: 'all' })).toEqual([]);
    await glance.change(id, () => ({ visibility: 'shared' }));
    expect(await glance.removeMember(id, other.id)).toBe(true);
    expect(await glance.removeMember(id, other.id)).toBe(false);
    expect(await glance.setMemberStatus(id, other.id, 'accepted')).toBeUndefined();
    expect(await glance.getVisible(id, stranger)).toBeUndefined();
  });
});

describe('list', () => {
  test('each filter leaves out what it says', async () => {
    const one = await create({
      name: 'one',
      tags: ['a', 'b'],
      minDisk: 5,
      properties: { os_distro: 'debian', x: "it's" },
    });
    const two = await create({ name: 'two', isProtected: true, minRam: 512, diskFormat: 'qcow2', tags: ['b'] });
    const hidden = await create({ isHidden: true });
    const { sort } = query();
    const ids = (asked: Partial<VisibleQuery>) => listed(owner, { sort, ...asked });
    expect(await ids({})).toEqual([two.id, one.id]);
    expect(await ids({ isHidden: true })).toEqual([hidden.id]);
    expect(await ids({ tags: ['a', 'b'] })).toEqual([one.id]);
    expect(await ids({ tags: ['b'] })).toEqual([two.id, one.id]);
    expect(await ids({ tags: ['a', 'c'] })).toEqual([]);
    expect(await ids({ isProtected: false })).toEqual([one.id]);
    expect(await ids({ oneOf: { name: ['one', 'three'] } })).toEqual([one.id]);
    expect(await ids({ oneOf: { disk_format: ['qcow2'], status: ['queued'] } })).toEqual([two.id]);
    expect(await ids({ oneOf: { id: ['no uuid'] } })).toEqual([]);
    expect(await ids({ ranges: [{ field: 'min_disk', min: 5, max: 5 }] })).toEqual([one.id]);
    expect(await ids({ ranges: [{ field: 'min_ram', min: 1 }] })).toEqual([two.id]);
    expect(await ids({ properties: { os_distro: 'debian', x: "it's" } })).toEqual([one.id]);
    expect(await ids({ properties: { os_distro: 'debian', x: 'y' } })).toEqual([]);
    expect(await ids({ owner: other.id })).toEqual([]);
    const at = new Date(Math.floor(one.createdAt.getTime() / 1000) * 1000);
    expect(await ids({ oneOf: { id: [one.id] }, times: [{ field: 'created_at', comparison: 'eq', at }] })).toEqual([
      one.id,
    ]);
    expect(await ids({ times: [{ field: 'created_at', comparison: 'lt', at }] })).toEqual([]);
    await glance.remove(one.id);
    expect(await ids({})).toEqual([two.id]);
  });

  test('pages of any size, in any order, hold each image once and in that order', async () => {
    const names = ['b', 'a', 'a', '', 'c', 'b'];
    for (const [index, name] of names.entries()) {
      const { id } = await create({ name, diskFormat: index % 2 ? null : 'raw' });
      await database.db
        .updateTable('images')
        .set({ size: index % 3 ? index : null, created_at: new Date(1e12 + (index % 2)) })
        .where('id', '=', id)
        .execute();
    }
    const sorts = fc.uniqueArray(
      fc.record({ key: fc.constantFrom(...sortKeys), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
      { minLength: 1, maxLength: 3, selector: ({ key }) => key },
    );
    const toRank = (image: Image, key: SortKey): string | number => {
      if (key === 'size') return image.size ?? -1;
      if (key === 'created_at') return image.createdAt.getTime();
      if (key === 'name') return image.name;
      return key === 'disk_format' ? (image.diskFormat ?? '') : 0;
    };
    await fc.assert(
      fc.asyncProperty(sorts, fc.integer({ min: 1, max: 7 }), async (sort, limit) => {
        const whole = await glance.listVisible(query({ sort, limit: 100 }), owner);
        expect(whole).toHaveLength(names.length);
        const [first] = sort;
        if (first) {
          const values = whole.map((image) => toRank(image, first.key));
          const inOrder = [...values].sort(
            (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (first.direction === 'asc' ? 1 : -1),
          );
          expect(values).toEqual(inOrder);
        }
        const seen: string[] = [];
        for (let marker: string | undefined; ; marker = seen.at(-1)) {
          const page = await listed(owner, { sort, limit, ...(marker ? { marker } : {}) });
          seen.push(...page);
          if (page.length < limit) break;
        }
        expect(seen).toEqual(whole.map(({ id }) => id));
      }),
      { numRuns: 40 },
    );
  });

  test('a marker must be an image that the viewer may see', async () => {
    const { id } = await create();
    for (const marker of [randomUUID(), 'nonsense']) {
      await expect(listed(owner, { marker })).rejects.toMatchObject({ code: 'invalid-input' });
    }
    await expect(listed(stranger, { marker: id })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

test('an id is one image, whoever asks for it', async () => {
  const { id } = await create({ id: randomUUID() });
  await expect(create({ id, projectId: other.id })).rejects.toMatchObject({ code: 'conflict' });
});

test('what is changed alone is another, and the image was changed later than before', async () => {
  const { updatedAt, ...image } = await create({ name: 'before' });
  const changed = await glance.change(image.id, () => ({ name: 'Debian 12 "bookworm"' }));
  expect(changed).toMatchObject({ ...image, name: 'Debian 12 "bookworm"' });
  expect(changed.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
  expect(await glance.getVisible(image.id, owner)).toEqual(changed);
});

test('what fails to change changes nothing', async () => {
  const { id } = await create({ name: 'before' });
  const fails = glance.change(id, () => {
    throw new Error('no');
  });
  await expect(fails).rejects.toThrow('no');
  expect((await glance.getVisible(id, owner))?.name).toBe('before');
  await expect(glance.change(randomUUID(), () => ({}))).rejects.toMatchObject({ code: 'not-found' });
});

describe('data', () => {
  test('comes from one sender at a time; ten at once are one', async () => {
    const { id } = await create();
    const all = await Promise.all(Array.from({ length: 10 }, () => glance.beginReception(id, 'saving')));
    const [reception, ...more] = all.filter((each) => each !== undefined);
    expect(more).toEqual([]);
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'saving' });
    if (!reception) throw new Error('none');
    expect(await glance.keepReception(reception)).toBe(true);
    await glance.dropReception(reception);
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'queued' });
    expect(await glance.keepReception(reception)).toBe(false);
    expect(await glance.acceptVerbatim(reception, bytes('k'))).toBeUndefined();
    expect(await glance.stage(reception, { multipartId: 'm', size: 1 })).toBe(false);
  });

  test('a sender that fell silent loses its place, and cannot spoil what the next one does', async () => {
    const { id } = await create();
    const silent = await glance.beginReception(id, 'saving');
    expect(await glance.beginReception(id, 'saving')).toBeUndefined();
    const long = new Date(Date.now() - 200_000);
    await database.db.updateTable('images').set({ receiving_at: long }).where('id', '=', id).execute();
    const next = await glance.beginReception(id, 'saving');
    if (!silent || !next) throw new Error('none');
    expect(await glance.acceptVerbatim(silent, bytes('old'))).toBeUndefined();
    await glance.dropReception(silent);
    expect(await glance.acceptVerbatim(next, bytes(`k-${id}`))).toBeDefined();
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'saving', upload: { key: `k-${id}` } });
    expect(await glance.beginReception(id, 'saving')).toBeUndefined();
  });

  test('comes too late when an upload was taken in meanwhile', async () => {
    const { id, upload } = await create();
    const reception = await glance.beginReception(id, 'saving');
    if (!reception) throw new Error('none');
    await images.findOrCreate(someObject(project, { key: upload.key }), {
      projectId: project.id,
      name: 'y',
      settings: {},
    });
    expect(await glance.acceptVerbatim(reception, bytes(`k-${id}`))).toBeUndefined();
    expect((await images.runs(id)).length).toBe(1);
  });

  test.each([
    ['now', 'active', true],
    ['after the verdict', 'saving', false],
  ] as const)('that is admitted to be served %s makes the image %s', async (serve, status, isServed) => {
    const { id } = await create();
    const reception = await glance.beginReception(id, 'saving');
    if (!reception) throw new Error('none');
    const run = await glance.acceptVerbatim(reception, bytes(`k-${id}`));
    expect(await glance.getVisible(id, owner)).toMatchObject({
      status: 'saving',
      size: 7,
      virtualSize: 8,
      md5: 'm',
      sha256: 's',
      sha512: 'l',
      isVerbatim: true,
      upload: { bucket: 'images', key: `k-${id}`, etag: 'e', size: 7 },
    });
    expect(await images.publication(id)).toBeUndefined();
    expect(await images.runs(id)).toMatchObject([{ id: run?.runId, workflowId: run?.workflowId, number: 1 }]);
    const runs = createRunStore(database.as('worker'));
    const names = { imageId: id, runId: run?.runId ?? '' };
    const { fence } = await runs.beginAttempt(names, 'worker');
    await expect(runs.approve({ ...names, fence })).rejects.toMatchObject({ code: 'superseded' });
    await expect(runs.admitted({ ...names, fence: fence - 1 }, serve)).rejects.toMatchObject({ code: 'superseded' });
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'saving' });
    for (let twice = 0; twice < 2; twice++) await runs.admitted({ ...names, fence }, serve);
    expect(await glance.getVisible(id, owner)).toMatchObject({ status });
    expect((await images.publication(id)) !== undefined).toBe(isServed);
    await expect(runs.approve({ ...names, fence: fence - 1 })).rejects.toMatchObject({ code: 'superseded' });
    await runs.approve({ ...names, fence });
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'active' });
    expect(await images.publication(id)).toMatchObject({ key: `k-${id}`, sha256: 's' });
  });

  test('that is no longer kept as it came is not served by what a run says of it', async () => {
    const runs = createRunStore(database.as('worker'));
    const { id } = await create();
    const reception = await glance.beginReception(id, 'saving');
    if (!reception) throw new Error('none');
    const names = { imageId: id, runId: (await glance.acceptVerbatim(reception, bytes(`k-${id}`)))?.runId ?? '' };
    const { fence } = await runs.beginAttempt(names, 'worker');
    const change = { verbatim: false, admitted_at: new Date() };
    await database.db.updateTable('images').set(change).where('id', '=', id).execute();
    await expect(runs.admitted({ ...names, fence }, 'now')).rejects.toMatchObject({ code: 'superseded' });
    await expect(runs.approve({ ...names, fence })).rejects.toMatchObject({ code: 'superseded' });
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'saving' });
    expect(await images.publication(id)).toBeUndefined();
  });

  test('that is kept is tried again where it is, after a run that was cancelled or rejected', async () => {
    const runs = createRunStore(database.as('worker'));
    const { id } = await create();
    const reception = await glance.beginReception(id, 'saving');
    if (!reception) throw new Error('none');
    const run = await glance.acceptVerbatim(reception, bytes(`k-${id}`));
    await runs.finish({ imageId: id, runId: run?.runId ?? '' }, { status: 'cancelled' });
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'killed' });
    expect(await images.newRun(id)).toMatchObject({ number: 2 });
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'saving' });
  });

  test('that was staged is imported by the run that takes it in', async () => {
    const { id, upload } = await create();
    const reception = await glance.beginReception(id, 'uploading');
    if (!reception) throw new Error('none');
    expect(await glance.stage(reception, { multipartId: 'm', size: 9 })).toBe(true);
    expect(await glance.getVisible(id, owner)).toMatchObject({ status: 'uploading', stagedSize: 9, multipartId: 'm' });
    expect(await glance.beginReception(id, 'uploading')).toBeUndefined();
    await glance.noteImport(id, { requestId: 'req-1', settings: { targetFormat: 'raw' } });
    const object = someObject(project, { key: upload.key });
    const { image, run } = await images.findOrCreate(object, { projectId: project.id, name: 'y', settings: {} });
    expect(image).toMatchObject({ id, status: 'importing', settings: { targetFormat: 'raw' } });
    expect(await createImportTaskStore(database.db).ofImage(id)).toMatchObject([
      { id: run.id, requestId: 'req-1', status: 'pending', url: null },
    ]);
  });
});

test('what is removed is seen no more, and cleared away when no run works on it', async () => {
  const runs = createRunStore(database.as('worker'));
  const kept = await create({ isProtected: true });
  await expect(glance.remove(kept.id)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(images.markForDeletion(kept.id)).rejects.toMatchObject({ code: 'conflict' });
  expect((await images.abandoned(-1)).some((image) => image.id === kept.id)).toBe(false);
  const { id } = await create();
  const reception = await glance.beginReception(id, 'saving');
  if (!reception) throw new Error('none');
  const run = await glance.acceptVerbatim(reception, bytes(`k-${id}`));
  expect(await glance.remove(id)).toEqual({ workflowId: run?.workflowId });
  expect(await glance.getVisible(id, owner)).toBeUndefined();
  expect(await listed(owner)).toEqual([kept.id]);
  const pending = async () => (await images.pendingDeletions()).some((image) => image.id === id);
  expect(await pending()).toBe(false);
  const names = { imageId: id, runId: run?.runId ?? '' };
  await expect(runs.beginAttempt(names, 'worker')).rejects.toMatchObject({ code: 'superseded' });
  await runs.finish(names, { status: 'cancelled' });
  expect(await pending()).toBe(true);
  await glance.addMember(id, other.id);
  await images.markDeleted(id);
  expect(await glance.members(id)).toEqual([]);
  expect(await images.publication(id)).toBeUndefined();
});
