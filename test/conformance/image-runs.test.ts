import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { makeWorkflowId } from '../../shared/contracts/workflow.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { freshDatabase } from '../support/database.ts';
import {
  makePublication,
  publishedImage,
  someDisk,
  someObject,
  someProject,
  someReport,
  toNames,
  uploadedImage,
} from '../support/samples.ts';

/** What the port promises of an image's runs and of its end, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let images: ImageStore;
let runs: RunStore;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  images = createImageStore(database.db);
  runs = createRunStore(database.as('worker'));
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
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
/** As if everything of this image had happened so long ago. */
async function age(imageId: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  const { db } = database;
  await db.updateTable('images').set({ created_at: then, updated_at: then }).where('id', '=', imageId).execute();
  await db.updateTable('runs').set({ created_at: then }).where('image_id', '=', imageId).execute();
}

test('an image tells its runs, newest first, the steps of each in the order they began, and its publication', async () => {
  const { image, run } = await uploaded();
  expect(await images.steps(run.id)).toEqual([]);
  await runs.finish(toNames(run), { status: 'cancelled' });
  const second = await images.newRun(image.id);
  const names = toNames(second);
  const { fence } = await runs.beginAttempt(names, 'worker-1');
  await runs.stepStarted({ runId: second.id, fence }, 'admit', 'worker-1', 1);
  await runs.stepEnded({ runId: second.id, fence }, 'admit', 'done');
  await runs.stepStarted({ runId: second.id, fence }, 'convert', 'worker-1', 1);
  await runs.stepProgress({ runId: second.id, fence }, 'convert', 12.5);
  expect((await images.runs(image.id)).map(({ number, status }) => [number, status])).toEqual([
    [2, 'running'],
    [1, 'cancelled'],
  ]);
  expect(await images.steps(second.id)).toMatchObject([
    { step: 'admit', status: 'done', percent: 100, attempts: 1, worker: 'worker-1', finishedAt: expect.any(Date) },
    { step: 'convert', status: 'running', percent: 12.5, message: null, finishedAt: null },
  ]);
  expect(await images.listSteps([second.id, run.id])).toEqual(new Map([[second.id, await images.steps(second.id)]]));
  expect(await images.listSteps([])).toEqual(new Map());
  expect(await images.publication(image.id)).toBeUndefined();
  const converted = someDisk();
  const { bucket, key } = makePublication(names, converted);
  await runs.publish({ ...names, fence }, { bucket, key, converted });
  const { format, size, sha256 } = converted;
  expect(await images.publication(image.id)).toEqual({ bucket, key, format, size, sha256 });
});

test('one run of an image is told by its number, or as the newest of a kind', async () => {
  const { image, run } = await uploaded();
  const names = toNames(run);
  await runs.finish(names, { status: 'rejected', report: someReport(names, 'reject') });
  const second = await images.newRun(image.id);
  const numbers = (which: Parameters<typeof images.run>[1]) =>
    images.run(image.id, which).then((found) => found?.number);
  expect(
    await Promise.all((['newest', 'reported', 'published', 1, 2, 3, 2 ** 31, 1e15] as const).map(numbers)),
  ).toEqual([2, 1, undefined, 1, 2, undefined, undefined, undefined]);
  const { fence } = await runs.beginAttempt(toNames(second), 'worker-1');
  const converted = someDisk();
  await runs.publish({ ...toNames(second), fence }, { ...makePublication(toNames(second), converted), converted });
  expect(await numbers('published')).toBe(2);
  expect(await images.run(image.id, 2)).toEqual((await images.runs(image.id))[0]);
});

test('latestRuns tells in short what each image is at', async () => {
  const waiting = await uploaded();
  const silent = await announced();
  const tried = await uploaded();
  await runs.finish(toNames(tried.run), { status: 'cancelled' });
  const second = await images.newRun(tried.image.id);
  const first = await runs.beginAttempt(toNames(second), 'worker-1');
  await runs.stepStarted({ runId: second.id, fence: first.fence }, 'admit', 'worker-1', 1);
  await runs.stepStarted({ runId: second.id, fence: first.fence }, 'convert', 'worker-1', 1);
  await runs.stepProgress({ runId: second.id, fence: first.fence }, 'convert', 80);
  const ids = [waiting.image.id, silent.id, tried.image.id];
  const latest = await images.latestRuns(ids);
  expect([...latest.keys()].sort()).toEqual([waiting.image.id, tried.image.id].sort());
  expect(latest.get(waiting.image.id)).toEqual({
    runId: waiting.run.id,
    number: 1,
    status: 'queued',
    step: null,
    percent: 0,
    stepStatus: null,
    waitsFor: null,
    verdict: null,
    guest: null,
    findings: null,
  });
  expect(latest.get(tried.image.id)).toEqual({
    runId: second.id,
    number: 2,
    status: 'running',
    step: 'convert',
    percent: 80,
    stepStatus: 'running',
    waitsFor: null,
    verdict: null,
    guest: null,
    findings: null,
  });
  // Another worker takes over and begins at the beginning.
  const { fence } = await runs.beginAttempt(toNames(second), 'worker-2');
  await runs.stepStarted({ runId: second.id, fence }, 'admit', 'worker-2', 1);
  await runs.saveReport(
    { runId: second.id, fence },
    someReport(toNames(second), 'publish', { guest: { osName: 'Debian 12' } }),
  );
  expect((await images.latestRuns(ids)).get(tried.image.id)).toMatchObject({
    step: 'admit',
    percent: 0,
    verdict: 'publish',
    guest: { osName: 'Debian 12' },
    findings: [],
  });
  expect((await images.steps(second.id)).map(({ step }) => step)).toEqual(['admit', 'convert']);
  expect(await images.latestRuns([])).toEqual(new Map());
});

describe('newRun', () => {
  const ends: Parameters<RunStore['finish']>[1][] = [
    { status: 'rejected', report: someReport({ imageId: randomUUID(), runId: randomUUID() }, 'reject') },
    { status: 'failed', failure: { code: 'timeout', message: 'Too slow.' } },
    { status: 'cancelled' },
  ];
  test.each(ends)('tries an image again whose run was $status', async (end) => {
    const { image, run } = await uploaded();
    await runs.beginAttempt(toNames(run), 'worker');
    await runs.finish(toNames(run), end);
    const second = await images.newRun(image.id);
    expect(second).toMatchObject({ imageId: image.id, number: 2, status: 'queued', failure: null, report: null });
    expect(second.workflowId).toBe(makeWorkflowId(image.id, 2));
    expect(await images.get(image.id, project.id)).toMatchObject({ status: 'queued' });
  });

  test('replaces settings of the image, one by one', async () => {
    const { id, upload } = await announced();
    const { run } = await images.findOrCreate(someObject(project, { key: upload.key }), defaults());
    await runs.finish(toNames(run), { status: 'cancelled' });
    await images.newRun(id, { targetFormat: 'raw' });
    expect(await images.get(id, project.id)).toMatchObject({ settings: { policy: 'warn', targetFormat: 'raw' } });
  });

  test('has an end: all runs of an image are told of with it', async () => {
    const { image, run } = await uploaded();
    await runs.finish(toNames(run), { status: 'cancelled' });
    const { most } = requestLimits.runs;
    await database.db
      .updateTable('runs')
      .set({ number: most - 1 })
      .where('id', '=', run.id)
      .execute();
    const last = await images.newRun(image.id);
    expect(last.number).toBe(most);
    await runs.finish(toNames(last), { status: 'cancelled' });
    await expect(images.newRun(image.id)).rejects.toMatchObject({
      code: 'quota-exceeded',
      message: expect.stringContaining(`at most ${most} runs`),
    });
  });

  test('is a conflict while a run is open, and when two ask at once', async () => {
    const { image, run } = await uploaded();
    await expect(images.newRun(image.id)).rejects.toMatchObject({ code: 'conflict', retryable: false });
    await runs.beginAttempt(toNames(run), 'worker');
    await expect(images.newRun(image.id)).rejects.toMatchObject({ code: 'conflict' });
    await runs.finish(toNames(run), { status: 'cancelled' });
    const both = await Promise.allSettled([images.newRun(image.id), images.newRun(image.id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  });

  test('is a conflict when the image is published, has no bytes, or is being deleted', async () => {
    const { image: published } = await publishedImage(database.db, project);
    const { image: going, run } = await uploaded();
    await runs.finish(toNames(run), { status: 'cancelled' });
    await images.markForDeletion(going.id);
    for (const { id } of [published, going, await announced()]) {
      await expect(images.newRun(id)).rejects.toMatchObject({ code: 'conflict', remedy: expect.any(String) });
    }
    await images.markDeleted(going.id);
    await expect(images.newRun(going.id)).rejects.toMatchObject({ code: 'conflict' });
  });
});

test('runs are in admission until that step has ended, well or not, or the run has', async () => {
  const queued = await uploaded();
  const begun = await uploaded();
  const admitted = await uploaded();
  const failed = await uploaded();
  const finished = await uploaded();
  for (const { run } of [begun, admitted, failed]) {
    const { fence } = await runs.beginAttempt(toNames(run), 'worker');
    const attempt = { ...toNames(run), fence };
    await runs.stepStarted(attempt, 'admit', 'worker', 1);
    if (run === admitted.run) await runs.stepEnded(attempt, 'admit', 'done');
    if (run === failed.run) await runs.stepEnded(attempt, 'admit', 'failed', { code: 'internal', message: 'failed' });
  }
  await runs.finish(toNames(finished.run), { status: 'cancelled' });
  const all = [queued, begun, admitted, failed, finished].map(({ run }) => run.id);
  expect(new Set(await images.inAdmission(all))).toEqual(new Set([queued.run.id, begun.run.id]));
});

test('open runs of a certain age are found, begun or not, and no others', async () => {
  const old = await uploaded();
  const begun = await uploaded();
  const cancelled = await uploaded();
  const deleted = await uploaded();
  await uploaded();
  for (const { image } of [old, begun, cancelled, deleted]) await age(image.id, 120);
  await runs.beginAttempt(toNames(begun.run), 'worker');
  await runs.finish(toNames(cancelled.run), { status: 'cancelled' });
  await images.markDeleted(deleted.image.id);
  const found = (await images.openRuns(60)).filter(({ image }) => image.projectId === project.id);
  expect(found).toMatchObject([
    { image: { id: old.image.id }, run: { id: old.run.id, status: 'queued' } },
    { image: { id: begun.image.id }, run: { id: begun.run.id, status: 'running' } },
  ]);
});

describe('deleting', () => {
  test('is a conflict while a run works on the image, and changes nothing then', async () => {
    const { image, run } = await uploaded();
    await expect(images.markForDeletion(image.id)).rejects.toMatchObject({ code: 'conflict', retryable: false });
    await runs.beginAttempt(toNames(run), 'worker');
    await expect(images.markForDeletion(image.id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await images.get(image.id, project.id)).toMatchObject({ status: 'importing' });
  });

  test('goes in two halves, each of which may happen twice', async () => {
    const { image } = await publishedImage(database.db, project);
    const pending = async () => listIds(await images.pendingDeletions()).includes(image.id);
    expect(await pending()).toBe(false);
    await images.markForDeletion(image.id);
    await images.markForDeletion(image.id);
    expect(await pending()).toBe(true);
    expect(await images.get(image.id, project.id)).toMatchObject({ status: 'pending_delete' });
    expect(await images.publication(image.id)).toBeDefined();
    await images.markDeleted(image.id);
    await images.markDeleted(image.id);
    await images.markForDeletion(image.id);
    expect(await pending()).toBe(false);
    expect(await images.get(image.id, undefined)).toBeUndefined();
    expect(await images.publication(image.id)).toBeUndefined();
  });

  test('leaves nothing in the row that its owner wrote: rows stay for good, and no quota counts them', async () => {
    const byId = async (id: string) =>
      database.db.selectFrom('images').where('id', '=', id).select(['properties', 'tags']).executeTakeFirstOrThrow();
    for (const remove of [images.markForDeletion, images.remove]) {
      const { id } = await announced();
      await images.change(id, () => ({ properties: { a: 'x'.repeat(60_000) }, tags: ['t'] }));
      await remove(id);
      expect(await byId(id)).toEqual({ properties: {}, tags: [] });
      await expect(images.change(id, () => ({ properties: { a: 'x' } }))).rejects.toMatchObject({ code: 'not-found' });
      await images.markDeleted(id);
      expect(await byId(id)).toEqual({ properties: {}, tags: [] });
    }
  });

  test('comes in turns by project, however many another project deletes', async () => {
    const other = await someProject(database.db);
    const many = Array.from({ length: 600 }, (_, index) => ({
      ...{ project_id: other.id, name: 'x', status: 'pending_delete' as const, settings: '{}', properties: '{}' },
      ...{ upload_bucket: 'uploads', upload_key: `${other.id}/${index}`, updated_at: new Date(0) },
    }));
    await database.db
      .insertInto('images')
      .values(many as never)
      .execute();
    const { id } = await announced();
    await images.markForDeletion(id);
    const pending = listIds(await images.pendingDeletions());
    expect(pending).toHaveLength(500);
    expect(pending).toContain(id);
    const late = await announced();
    await age(late.id, 7200);
    await database.db.updateTable('images').set({ status: 'queued' }).where('project_id', '=', other.id).execute();
    expect(listIds(await images.abandoned(3600))).toContain(late.id);
    await database.db.deleteFrom('images').where('project_id', '=', other.id).execute();
  });

  test('is not undone by an upload that somebody opens meanwhile', async () => {
    const { id } = await announced();
    await images.markForDeletion(id);
    await images.openMultipart(id, { multipartId: 'upload-1', size: 0, former: null });
    expect(await images.get(id, project.id)).toMatchObject({ status: 'pending_delete', multipartId: null });
  });

  test('frees the key: the same bytes are a new image when they come again', async () => {
    const object = someObject(project);
    const { image, run } = await uploaded(object);
    await runs.finish(toNames(run), { status: 'cancelled' });
    await images.markForDeletion(image.id);
    await images.markDeleted(image.id);
    const again = await images.findOrCreate(object, defaults());
    expect(again.isNew).toBe(true);
    expect(again.image.id).not.toBe(image.id);
  });

  test('and trying again at once: one of them wins', async () => {
    for (let round = 0; round < 10; round++) {
      const { image, run } = await uploaded();
      await runs.finish(toNames(run), { status: 'cancelled' });
      const both = await Promise.allSettled([images.markForDeletion(image.id), images.newRun(image.id)]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    }
  });
});

test('images that were announced, and of which nothing was heard for so long, are abandoned', async () => {
  const silent = await announced();
  const active = await announced();
  const arrived = await announced();
  await announced();
  for (const { id } of [silent, active, arrived]) await age(id, 120);
  await images.openMultipart(active.id, { multipartId: 'upload-1', size: 0, former: null });
  await images.findOrCreate(someObject(project, { key: arrived.upload.key }), defaults());
  await age(arrived.id, 120);
  const mine = async (seconds: number): Promise<string[]> =>
    listIds((await images.abandoned(seconds)).filter(({ projectId }) => projectId === project.id));
  expect(await mine(60)).toEqual([silent.id]);
  await images.markDeleted(silent.id);
  expect(await mine(60)).toEqual([]);
});
