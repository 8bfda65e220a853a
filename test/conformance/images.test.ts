import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { up as migrateBootResults } from '../../adapters/database/migrations/0032-boot-results.ts';
import { openDatabase } from '../../adapters/database/open.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { type Finding, outcomes } from '../../shared/contracts/finding.ts';
import type { ListedSystem, Visibility } from '../../shared/contracts/image.ts';
import { type Report, Verdict } from '../../shared/contracts/run.ts';
import { makeWorkflowId } from '../../shared/contracts/workflow.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageFilter, ImageStore, Run, SharedWith } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { type ListedBootResult, listedBootResults, readBootResult } from '../../shared/status/boot-result.ts';
import { freshDatabase } from '../support/database.ts';
import { publishedImage, someObject, someProject, someReport, toNames, uploadedImage } from '../support/samples.ts';

/** What the port promises of images as records, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let images: ImageStore;
let runs: RunStore;
let project: Project;
let other: Project;
beforeAll(async () => {
  database = await freshDatabase();
  images = createImageStore(database.db);
  runs = createRunStore(database.as('worker'));
});
afterAll(() => database?.drop());
beforeEach(async () => {
  [project, other] = await Promise.all([someProject(database.db), someProject(database.db)]);
});

function uploaded(object = someObject(project)) {
  return uploadedImage(database.db, project, object);
}
function announced(name = 'Debian 12') {
  return images.announce({ projectId: project.id, name, settings: { policy: 'warn' }, bucket: 'uploads' });
}
function defaults() {
  return { projectId: project.id, name: 'Of the event', settings: {} };
}
function listIds(found: readonly Image[]): string[] {
  return found.map(({ id }) => id);
}

describe('announce', () => {
  test('makes the row before the bytes come, at a key of its own below the prefix of the project', async () => {
    const image = await announced();
    expect(image).toMatchObject({
      projectId: project.id,
      name: 'Debian 12',
      status: 'queued',
      settings: { policy: 'warn' },
      upload: { bucket: 'uploads', key: `${project.keyPrefix}${image.id}`, etag: null, size: null },
      multipartId: null,
      sha256: null,
    });
    expect(await images.get(image.id, project.id)).toEqual(image);
    expect(await images.runs(image.id)).toEqual([]);
  });

  test('an announced image is uploading while it has a multipart upload', async () => {
    const { id, upload } = await announced();
    await images.openMultipart(id, { multipartId: 'upload-1', size: 0, former: null });
    expect(await images.get(id, project.id)).toMatchObject({ multipartId: 'upload-1', status: 'uploading' });
    await images.closeMultipart(id, 'another');
    expect(await images.get(id, project.id)).toMatchObject({ multipartId: 'upload-1', status: 'uploading' });
    await images.closeMultipart(id, 'upload-1');
    expect(await images.get(id, project.id)).toMatchObject({ multipartId: null, status: 'queued' });
    await images.findOrCreate(someObject(project, { key: upload.key }), defaults());
    await images.openMultipart(id, { multipartId: 'too late', size: 0, former: null });
    expect(await images.get(id, project.id)).toMatchObject({ multipartId: null, status: 'queued' });
  });
});

test('what is held for an upload and the upload itself change together, whoever is faster', async () => {
  const { id } = await announced();
  await images.reserveUpload(id, 100);
  await images.reserveUpload(id, 7);
  // The first one has created its upload in the store meanwhile.
  expect(await images.openMultipart(id, { multipartId: 'large', size: 100, former: null })).toBe(false);
  expect(await images.openMultipart(id, { multipartId: 'small', size: 7, former: null })).toBe(true);
  expect(await images.openMultipart(id, { multipartId: 'again', size: 7, former: null })).toBe(false);
  await expect(images.reserveUpload(id, 1)).rejects.toMatchObject({ code: 'conflict' });
  expect(await images.get(id, project.id)).toMatchObject({ multipartId: 'small', heldBytes: 7 });
  await images.reserveUpload(id, 7, 'small');
});

describe('findOrCreate', () => {
  test('makes the image of these bytes with its first run, and finds both again', async () => {
    const object = someObject(project, { size: 5 * 1024 ** 3 });
    const { image, run, isNew } = await images.findOrCreate(object, defaults());
    expect(isNew).toBe(true);
    expect(image).toMatchObject({ projectId: project.id, name: 'Of the event', status: 'queued' });
    expect(image.upload).toEqual({ bucket: 'uploads', key: object.key, etag: object.etag, size: object.size });
    expect(run).toMatchObject({ imageId: image.id, number: 1, status: 'queued', startedAt: null, finishedAt: null });
    expect(run.workflowId).toBe(makeWorkflowId(image.id, 1));
    expect(await images.findOrCreate(object, { ...defaults(), name: 'Again' })).toEqual({ image, run, isNew: false });
  });

  test.each(['plain', 'announced'])('20 at once, from two processes, are one image (%s)', async (kind) => {
    const object = someObject(project, kind === 'announced' ? { key: (await announced()).upload.key } : {});
    const elsewhere = openDatabase(database.url);
    const stores = [images, createImageStore(elsewhere.db)] as const;
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (stores[index % 2] ?? images).findOrCreate(object, defaults())),
    );
    await elsewhere.close();
    expect(new Set(found.map(({ image }) => image.id)).size).toBe(1);
    expect(new Set(found.map(({ run }) => run.id)).size).toBe(1);
    expect(found.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await images.list({ projectId: project.id, limit: 10 })).toHaveLength(1);
  });

  test('an announced row takes the first bytes that come to its key, and keeps what was announced', async () => {
    const before = await announced();
    await images.openMultipart(before.id, { multipartId: 'upload-1', size: 0, former: null });
    const object = someObject(project, { key: before.upload.key });
    const { image, run, isNew } = await images.findOrCreate(object, defaults());
    expect(isNew).toBe(true);
    expect(image).toMatchObject({ id: before.id, name: 'Debian 12', settings: { policy: 'warn' } });
    expect(image).toMatchObject({ status: 'queued', multipartId: null });
    expect(image.upload).toMatchObject({ etag: object.etag, size: object.size });
    expect(run).toMatchObject({ imageId: before.id, number: 1 });
  });

  test('other bytes at the same key are another image, and the first stays known by its bytes', async () => {
    const before = await announced();
    const first = someObject(project, { key: before.upload.key });
    const second = someObject(project, { key: before.upload.key });
    const one = await images.findOrCreate(first, defaults());
    const two = await images.findOrCreate(second, defaults());
    expect(two).toMatchObject({ isNew: true, image: { name: 'Of the event' } });
    expect(two.image.id).not.toBe(one.image.id);
    expect(await images.findOrCreate(first, defaults())).toMatchObject({ isNew: false, image: { id: one.image.id } });
    expect(await images.findOrCreate(second, defaults())).toMatchObject({ isNew: false, image: { id: two.image.id } });
  });

  test('the same bytes at another key, or in another bucket, are another image', async () => {
    const object = someObject(project);
    const { image } = await uploaded(object);
    const copies = [
      { ...object, key: `${object.key}-2` },
      { ...object, bucket: 'elsewhere' },
    ];
    for (const copy of copies) {
      const found = await images.findOrCreate(copy, defaults());
      expect(found.isNew).toBe(true);
      expect(found.image.id).not.toBe(image.id);
    }
  });

  test('where the bucket is versioned, the version says which bytes they are, and the run is pinned to it', async () => {
    const first = someObject(project, { versionId: 'v1' });
    const one = await images.findOrCreate(first, defaults());
    const two = await images.findOrCreate({ ...first, versionId: 'v2' }, defaults());
    expect(two.isNew).toBe(true);
    expect(two.image.id).not.toBe(one.image.id);
    expect(await images.findOrCreate(first, defaults())).toMatchObject({ isNew: false, image: { id: one.image.id } });
    expect(await runs.context(toNames(one.run))).toMatchObject({ upload: { etag: first.etag, versionId: 'v1' } });
  });

  test('gives the newest run of an image that was tried again', async () => {
    const object = someObject(project);
    const { image, run } = await uploaded(object);
    await runs.finish(toNames(run), { status: 'cancelled' });
    const second = await images.newRun(image.id);
    expect(await images.findOrCreate(object, defaults())).toMatchObject({ isNew: false, run: { id: second.id } });
  });
});

test('bytes are known once they are an image, and until it is deleted', async () => {
  const object = someObject(project);
  expect(await images.isKnown(object)).toBe(false);
  const { image, run } = await uploaded(object);
  expect(await images.isKnown(object)).toBe(true);
  const others = [
    { ...object, etag: 'other' },
    { ...object, key: `${object.key}-2` },
  ];
  expect(await images.unknownAmong([...others, object])).toEqual(others);
  expect(await images.isKnown({ ...object, etag: 'other' })).toBe(false);
  expect(await images.isKnown({ ...object, key: `${object.key}-2` })).toBe(false);
  await runs.finish(toNames(run), { status: 'cancelled' });
  await images.markForDeletion(image.id);
  expect(await images.isKnown(object)).toBe(true);
  await images.markDeleted(image.id);
  expect(await images.isKnown(object)).toBe(false);
});

test('get gives an image to its project and to operators, and to nobody else', async () => {
  const { image } = await uploaded();
  expect(await images.get(image.id, project.id)).toEqual(image);
  expect(await images.get(image.id, undefined)).toEqual(image);
  expect(await images.get(image.id, other.id)).toBeUndefined();
  expect(await images.get(randomUUID(), undefined)).toBeUndefined();
});

test('search finds by name and by the beginning of an id, ten at most, within the project', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => announced('Rocky 9')));
  const [one] = all as [Image];
  expect(await images.search('Rocky 9', { projectId: project.id })).toHaveLength(10);
  expect(listIds(await images.search(one.id, { projectId: project.id }))).toEqual([one.id]);
  expect(listIds(await images.search(one.id.slice(0, 13).toUpperCase(), { projectId: project.id }))).toEqual([one.id]);
  expect(listIds(await images.search(one.id, { projectId: undefined }))).toEqual([one.id]);
  expect(await images.search(one.id, { projectId: other.id })).toEqual([]);
  expect(await images.search('Rocky', { projectId: project.id })).toEqual([]);
  expect(await images.search('%', { projectId: project.id })).toEqual([]);
  await images.markDeleted(one.id);
  expect(await images.search(one.id, { projectId: project.id })).toEqual([]);
});

test('what others share is listed and found by what the project has said to it, newest first, and nothing else is', async () => {
  const glance = createImageStore(database.db);
  const shared = await announced('Shared');
  const hidden = await announced('Hidden');
  await announced('Kept');
  for (const { id } of [shared, hidden]) await glance.addMember(id, other.id);
  await glance.change(hidden.id, () => ({ isHidden: true }));
  const listed = async (answer: SharedWith['answer'], projectId = other.id) =>
    listIds(await images.list({ projectId: undefined, sharedWith: { projectId, answer }, limit: 10 }));
  const found = async (text: string) =>
    listIds(await images.search(text, { sharedWith: { projectId: other.id, answer: 'all' }, projectId: undefined }));
  for (const answer of ['pending', 'rejected', 'accepted'] as const) {
    await glance.setMemberStatus(shared.id, other.id, answer);
    for (const asked of ['pending', 'rejected', 'accepted', 'all'] as const) {
      const expected = asked === answer || asked === 'all' ? [shared.id] : [];
      expect([answer, asked, await listed(asked)]).toEqual([answer, asked, expected]);
    }
  }
  expect(await glance.readAnswers(other.id, [shared.id, hidden.id])).toEqual(
    new Map([
      [shared.id, 'accepted'],
      [hidden.id, 'pending'],
    ]),
  );
  expect([await listed('all', project.id), await glance.readAnswers(project.id, [shared.id])]).toEqual([[], new Map()]);
  // Whoever knows a name finds what is not in lists.
  expect([await found('Shared'), await found(hidden.id.slice(0, 8)), await found('Kept')]).toEqual([
    [shared.id],
    [hidden.id],
    [],
  ]);
  await glance.change(shared.id, () => ({ visibility: 'private' }));
  expect([await listed('all'), await found('Shared')]).toEqual([[], []]);
  await glance.change(shared.id, () => ({ visibility: 'shared' }));
  expect(await listed('all')).toEqual([shared.id]);
  await images.markForDeletion(shared.id);
  expect(await listed('all')).toEqual([]);
});

describe('list', () => {
  const pages = async (filter: Omit<ImageFilter, 'limit'>, limit: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let after: string | undefined; ; after = ids.at(-1)) {
      const page = await images.list({ ...filter, ...(after ? { after } : {}), limit });
      ids.push(...listIds(page));
      if (page.length < limit) return ids;
    }
  };

  test('gives the newest first, page by page, each once', async () => {
    const made: string[] = [];
    for (let count = 0; count < 7; count++) made.unshift((await announced()).id);
    expect(await pages({ projectId: project.id }, 3)).toEqual(made);
    expect(await pages({ projectId: project.id }, 7)).toEqual(made);
    expect((await pages({ projectId: undefined }, 5)).filter((id) => made.includes(id))).toEqual(made);
  });

  test('gives each once even when many were made in the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => announced()));
    const moment = new Date();
    await database.db.updateTable('images').set({ created_at: moment }).where('project_id', '=', project.id).execute();
    expect((await pages({ projectId: project.id }, 2)).sort()).toEqual(listIds(made).sort());
  });

  test('a page goes on where the one before ended, though its last image was deleted meanwhile', async () => {
    const made: string[] = [];
    for (let count = 0; count < 3; count++) made.unshift((await announced()).id);
    const [first, second, third] = made as [string, string, string];
    await images.markDeleted(second);
    expect(listIds(await images.list({ projectId: project.id, after: second, limit: 9 }))).toEqual([third]);
    expect(listIds(await images.list({ projectId: project.id, limit: 9 }))).toEqual([first, third]);
  });

  test('filters by project, status and name', async () => {
    const waiting = await announced('A');
    const { image: active } = await publishedImage(database.db, project);
    await createImageStore(database.db).change(active.id, () => ({ name: 'B' }));
    expect(listIds(await images.list({ projectId: project.id, status: 'active', limit: 9 }))).toEqual([active.id]);
    expect(listIds(await images.list({ projectId: project.id, status: 'queued', limit: 9 }))).toEqual([waiting.id]);
    expect(listIds(await images.list({ projectId: project.id, name: 'B', limit: 9 }))).toEqual([active.id]);
    expect(await images.list({ projectId: project.id, status: 'queued', name: 'B', limit: 9 })).toEqual([]);
    expect(await images.list({ projectId: other.id, limit: 9 })).toEqual([]);
  });

  test('filters by what the newest run has found in it, and by who may see it', async () => {
    const rejected = async (guest: Report['guest']): Promise<Run> => {
      const { run } = await uploaded();
      const names = toNames(run);
      await runs.finish(names, { status: 'rejected', report: someReport(names, 'reject', { guest }) });
      return run;
    };
    const debian = await rejected({ osType: 'linux', osDistro: 'debian' });
    const windows = await rejected({ osType: 'windows', osDistro: 'windows' });
    await announced();
    const withSystem = async (system: ListedSystem) =>
      listIds(await images.list({ projectId: project.id, system, limit: 9 }));
    expect(await withSystem('debian')).toEqual([debian.imageId]);
    expect(await withSystem('linux')).toEqual([debian.imageId]);
    expect(await withSystem('windows')).toEqual([windows.imageId]);
    expect(await withSystem('ubuntu')).toEqual([]);
    // Another run that has not found anything yet: as the list shows it.
    await images.newRun(debian.imageId);
    expect(await withSystem('debian')).toEqual([]);

    await createImageStore(database.db).change(windows.imageId, () => ({ visibility: 'private' }));
    const seenBy = async (visibility: Visibility) =>
      listIds(await images.list({ projectId: project.id, visibility, limit: 9 }));
    expect(await seenBy('private')).toEqual([windows.imageId]);
    expect(await seenBy('shared')).toHaveLength(2);
    expect(await seenBy('public')).toEqual([]);
  });

  /** A report with boot test findings of these outcomes, beside findings of another step that count for nothing. */
  const bootCases = Verdict.options.flatMap((verdict) =>
    [[], ...outcomes.map((each) => [each]), ['pass', 'unknown'] as const, ['warn', 'fail'] as const].map(
      (ofBoot: readonly Finding['outcome'][]) => ({
        verdict,
        findings: [
          ...ofBoot.map((outcome): Finding => ({ code: 'boot', step: 'boot-check', outcome, params: {} })),
          { code: 'other', step: 'inspect', outcome: 'fail', params: {} } satisfies Finding,
        ],
      }),
    ),
  );

  test('filters by how the boot test of the newest run went, as the view tells it', async () => {
    const made = new Map<string, ListedBootResult>();
    for (const { verdict, findings } of bootCases) {
      const { run } = await uploaded();
      const names = toNames(run);
      const { fence } = await runs.beginAttempt(names, 'worker-1');
      await runs.saveReport({ ...names, fence }, someReport(names, verdict, { findings }));
      made.set(run.imageId, readBootResult({ verdict, findings }));
    }
    made.set((await announced()).id, 'unknown');
    const { run: unfinished } = await uploaded();
    made.set(unfinished.imageId, 'unknown');
    const found = new Map<string, ListedBootResult>();
    for (const boot of listedBootResults) {
      const listed = await images.list({ projectId: project.id, boot, limit: 99 });
      expect([boot, await images.count({ projectId: project.id, boot })]).toEqual([boot, listed.length]);
      for (const { id } of listed) found.set(id, boot);
    }
    expect([...found].toSorted()).toEqual([...made].toSorted());
    expect(new Set(found.values())).toEqual(new Set(listedBootResults));
  });

  test('knows the boot tests of images that are older than the column', async () => {
    const before = await freshDatabase();
    try {
      const its = await someProject(before.db);
      for (const { verdict, findings } of bootCases) {
        const names = toNames((await uploadedImage(before.db, its)).run);
        const store = createRunStore(before.db);
        const { fence } = await store.beginAttempt(names, 'worker-1');
        await store.saveReport({ ...names, fence }, someReport(names, verdict, { findings }));
      }
      const names = toNames((await uploadedImage(before.db, its)).run);
      await createRunStore(before.db).finish(names, { status: 'rejected', report: someReport(names, 'reject') });
      await createImageStore(before.db).newRun(names.imageId);
      const results = async () => {
        const { rows } = await sql`select id, boot_result, updated_at from images order by id`.execute(before.db);
        return rows;
      };
      const after = await results();
      await sql`drop index images_of_boot_result; alter table images drop column boot_result; drop function boot_result_of`.execute(
        before.db,
      );
      await migrateBootResults(before.db as never);
      expect(after).toHaveLength(bootCases.length + 1);
      expect(await results()).toEqual(after);
    } finally {
      await before.drop();
    }
  });

  test('knows nothing of the boot test of a newer run before its report, and ignores a late report of an older one', async () => {
    const { run } = await uploaded();
    const names = toNames(run);
    const report = (outcome: Finding['outcome']) =>
      someReport(names, 'reject', { findings: [{ code: 'boot', step: 'boot-check', outcome, params: {} }] });
    await runs.finish(names, { status: 'rejected', report: report('fail') });
    const having = async (boot: ListedBootResult) =>
      listIds(await images.list({ projectId: project.id, boot, limit: 9 }));
    expect(await having('failed')).toEqual([run.imageId]);
    await images.newRun(run.imageId);
    expect(await having('unknown')).toEqual([run.imageId]);
    await database.db
      .updateTable('runs')
      .set({ report: JSON.stringify(report('pass')) as never })
      .where('id', '=', run.id)
      .execute();
    expect(await having('unknown')).toEqual([run.imageId]);
  });
});
