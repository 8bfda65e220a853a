import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun, queuedRun, runRecords } from '../support/run-records.ts';
import {
  makePublication,
  publishedImage,
  type RunNames,
  someDisk,
  someObject,
  someProject,
  someReport,
  toNames,
  uploadedImage,
} from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let images: ImageStore;
let runs: RunStore;
let records: ReturnType<typeof runRecords>;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
  images = createImageStore(database.db);
  runs = createRunStore(database.as('worker'));
  records = runRecords(database.db);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
});

function queued() {
  return queuedRun(database.db, project);
}
function begun(worker?: string) {
  return begunRun(database.db, project, worker);
}
const superseded = { code: 'superseded', retryable: false };

describe('context', () => {
  test('holds what a step needs, the bytes pinned as they were seen', async () => {
    const object = someObject(project, { size: 7 * 1024 ** 3 });
    const { image, run } = await uploadedImage(database.db, project, object);
    const { bucket, key, size, etag } = object;
    expect(await runs.context(toNames(run))).toEqual({
      ...toNames(run),
      createdAt: expect.any(Date),
      isVerbatim: false,
      containerFormat: null,
      isBackup: false,
      projectId: project.id,
      name: image.name,
      upload: { bucket, key, size, etag },
      settings: {},
      targetFormat: undefined,
      policy: undefined,
      bootCheck: undefined,
      quotaLeft: undefined,
      overQuota: undefined,
    });
  });

  test('a backup is told by its properties, whoever has set them', async () => {
    const of = async (properties: Record<string, string>) => {
      const wanted = { projectId: project.id, name: 'x', settings: {}, properties };
      const { image, run } = await images.findOrCreate(someObject(project), wanted);
      expect(image.properties).toEqual(properties);
      return (await runs.context(toNames(run))).isBackup;
    };
    expect(await of({ image_type: 'snapshot', snapshot_kind: 'backup' })).toBe(true);
    expect(await of({ image_type: 'snapshot', snapshot_kind: 'template' })).toBe(false);
  });

  test('settings of the image come before those of its project', async () => {
    await database.db
      .updateTable('projects')
      .set({ policy: 'warn', boot_check: 'require', target_format: 'qcow2' })
      .where('id', '=', project.id)
      .execute();
    const of = async (settings: object) => {
      const object = someObject(project);
      const { run } = await images.findOrCreate(object, { projectId: project.id, name: 'x', settings });
      return runs.context(toNames(run));
    };
    expect(await of({})).toMatchObject({ policy: 'warn', bootCheck: 'require', targetFormat: 'qcow2' });
    const own = { policy: 'enforce', bootCheck: 'off', targetFormat: 'raw' };
    expect(await of(own)).toMatchObject(own);
  });

  test('what the project has published lessens what is left of its quota, down to nothing', async () => {
    project = await someProject(database.db, { quota: { bytes: 5000 } });
    const run = await queued();
    const left = async () => (await runs.context(run)).quotaLeft;
    expect(await left()).toBe(5000);
    await publishedImage(database.db, await someProject(database.db), someDisk({ size: 1000 }));
    expect(await left()).toBe(5000);
    const { image } = await publishedImage(database.db, project, someDisk({ size: 3000 }));
    expect(await left()).toBe(2000);
    await publishedImage(database.db, project, someDisk({ size: 3000 }));
    expect(await left()).toBe(0);
    await images.markForDeletion(image.id);
    await images.markDeleted(image.id);
    expect(await left()).toBe(2000);
  });
});

describe('beginAttempt', () => {
  test('takes the run for a worker; a later one takes it over with a higher fence', async () => {
    const { run, fence } = await begun();
    expect(await records.image(run)).toMatchObject({ status: 'importing' });
    const first = await records.row(run);
    expect(first).toMatchObject({ status: 'running', worker: 'worker-1', startedAt: expect.any(Date) });
    const second = await runs.beginAttempt(run, 'worker-2');
    expect(second.fence).toBeGreaterThan(fence);
    expect(await records.row(run)).toMatchObject({
      status: 'running',
      worker: 'worker-2',
      startedAt: first?.startedAt,
    });
  });

  test('is superseded by the end of the run, and changes nothing then', async () => {
    const { run, fence } = await begun();
    await runs.publish({ ...run, fence }, makePublication(run));
    const failed = await queued();
    await runs.finish(failed, { status: 'failed', failure: { code: 'internal', message: 'No.' } });
    for (const ended of [run, failed]) {
      const before = await records.everything(ended);
      await expect(runs.beginAttempt(ended, 'late')).rejects.toMatchObject(superseded);
      expect(await records.everything(ended)).toEqual(before);
    }
  });

  test('is superseded by the deletion of the image', async () => {
    const run = await queued();
    await images.markDeleted(run.imageId);
    await expect(runs.beginAttempt(run, 'late')).rejects.toMatchObject(superseded);
    expect(await records.row(run)).toMatchObject({ status: 'queued' });
  });
});

describe('a stale attempt', () => {
  const writes: Record<string, (run: RunNames, fence: number) => Promise<unknown>> = {
    stepStarted: (run, fence) => runs.stepStarted({ ...run, fence }, 'convert', 'stale', 1),
    stepProgress: (run, fence) => runs.stepProgress({ ...run, fence }, 'convert', 99),
    stepWaits: (run, fence) => runs.stepWaits({ ...run, fence }, 'convert', 'scratch'),
    stepEnded: (run, fence) =>
      runs.stepEnded({ ...run, fence }, 'convert', 'failed', { code: 'internal', message: 'stale' }),
    reserve: (run, fence) => runs.reserve({ ...run, fence }, 10),
    saveReport: (run, fence) => runs.saveReport({ ...run, fence }, someReport(run, 'reject')),
    publish: (run, fence) => runs.publish({ ...run, fence }, makePublication(run)),
  };

  test.each(Object.keys(writes))('is superseded at %s, and changes nothing', async (name) => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
    const newer = await runs.beginAttempt(run, 'worker-2');
    await runs.stepStarted({ ...run, fence: newer.fence }, 'convert', 'worker-2', 1);
    const before = await records.everything(run);
    await expect(writes[name]?.(run, fence)).rejects.toMatchObject(superseded);
    expect(await records.everything(run)).toEqual(before);
    await expect(writes[name]?.(run, newer.fence)).resolves.toBeUndefined();
  });

  test.each(['stepStarted', 'stepProgress', 'stepWaits', 'reserve', 'saveReport', 'publish'])(
    'so is the newest at %s, when the run has ended otherwise',
    async (name) => {
      const { run, fence } = await begun();
      await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
      await runs.finish(run, { status: 'cancelled' });
      const before = await records.everything(run);
      await expect(writes[name]?.(run, fence)).rejects.toMatchObject(superseded);
      expect(await records.everything(run)).toEqual(before);
    },
  );
});

describe('steps', () => {
  test('are told from their start over their progress to their end; the end may be told twice', async () => {
    const { run, fence } = await begun();
    const { runId } = run;
    await runs.stepStarted({ runId, fence }, 'convert', 'worker-1', 1);
    await runs.stepProgress({ runId, fence }, 'convert', 40);
    expect(await records.steps(run)).toMatchObject([
      { step: 'convert', status: 'running', percent: 40, finishedAt: null },
    ]);
    const failure = { code: 'unavailable', message: 'The store did not answer.' };
    await runs.stepEnded({ runId, fence }, 'convert', 'failed', failure);
    await runs.stepEnded({ runId, fence }, 'convert', 'failed', failure);
    expect(await records.steps(run)).toMatchObject([
      { status: 'failed', percent: 40, message: 'The store did not answer.', finishedAt: expect.any(Date) },
    ]);
    await runs.stepStarted({ runId, fence }, 'convert', 'worker-1', 2);
    expect(await records.steps(run)).toMatchObject([
      { status: 'running', percent: 0, attempts: 2, message: failure.message, finishedAt: null },
    ]);
    await runs.stepEnded({ runId, fence }, 'convert', 'done');
    expect(await records.steps(run)).toMatchObject([{ status: 'done', percent: 100, attempts: 2, message: null }]);
  });

  test('what a step has found is there when it is done, and gone when it begins again', async () => {
    const { run, fence } = await begun();
    const { runId } = run;
    const found = {
      findings: [{ code: 'format', step: 'admit', outcome: 'pass', params: { format: 'qcow2' } }],
      disk: { format: 'qcow2', variant: 'v3', virtualSize: 1024 },
    } as const;
    await runs.stepStarted({ runId, fence }, 'admit', 'worker-1', 1);
    await runs.stepEnded({ runId, fence }, 'admit', 'done', undefined, { ...found, findings: [...found.findings] });
    expect((await records.steps(run))[0]?.found).toEqual(found);
    await runs.stepStarted({ runId, fence }, 'admit', 'worker-1', 2);
    expect((await records.steps(run))[0]).not.toHaveProperty('found');
  });

  test('progress that comes after the end of the step is nothing', async () => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
    await runs.stepEnded({ ...run, fence }, 'convert', 'done');
    await runs.stepProgress({ ...run, fence }, 'convert', 40);
    expect(await records.steps(run)).toMatchObject([{ status: 'done', percent: 100 }]);
  });

  test('attempts are counted over all workers', async () => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
    const newer = await runs.beginAttempt(run, 'worker-2');
    await runs.stepStarted({ ...run, fence: newer.fence }, 'convert', 'worker-2', 1);
    expect(await records.steps(run)).toMatchObject([{ status: 'running', attempts: 2, worker: 'worker-2' }]);
  });

  test('the step publish may end after it has ended the run', async () => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'publish', 'worker-1', 1);
    await runs.publish({ ...run, fence }, makePublication(run));
    await runs.stepEnded({ ...run, fence }, 'publish', 'done');
    expect(await records.steps(run)).toMatchObject([{ step: 'publish', status: 'done', percent: 100 }]);
  });
});

describe('awaitWorker', () => {
  test('says that the next step waits, on no worker, until it begins', async () => {
    const { run, fence } = await begun('looker');
    await runs.stepStarted({ ...run, fence }, 'admit', 'looker', 1);
    await runs.stepEnded({ ...run, fence }, 'admit', 'done');
    await runs.awaitWorker({ ...run, fence });
    expect(await images.steps(run.runId)).toMatchObject([
      { step: 'admit', status: 'done' },
      { step: 'convert', status: 'running', attempts: 0, percent: 0, worker: null, waitsFor: 'worker' },
    ]);
    expect(await records.row(run)).toMatchObject({ status: 'running', worker: null });
    const next = await runs.beginAttempt(run, 'maker');
    await runs.stepStarted({ ...run, fence: next.fence }, 'convert', 'maker', 1);
    const [, convert] = await images.steps(run.runId);
    expect(convert).toMatchObject({ status: 'running', attempts: 1, worker: 'maker' });
    expect(convert).not.toHaveProperty('waitsFor');
    await expect(runs.awaitWorker({ ...run, fence })).rejects.toMatchObject(superseded);
  });

  test('tells whether the project has another run at work, and how large the upload is', async () => {
    const first = await begun();
    expect(await runs.awaitWorker({ ...first.run, fence: first.fence })).toEqual({
      isFirst: true,
      uploadSize: expect.any(Number),
    });
    const second = await begun();
    expect((await runs.awaitWorker({ ...second.run, fence: second.fence })).isFirst).toBe(false);
    await runs.finish(first.run, { status: 'cancelled' });
    expect((await runs.awaitWorker({ ...second.run, fence: second.fence })).isFirst).toBe(true);
  });
});

test('a report is kept with its run; the later one counts', async () => {
  const { run, fence } = await begun();
  await runs.saveReport({ ...run, fence }, someReport(run, 'publish-with-warnings'));
  const report = someReport(run, 'publish', { tools: { 'qemu-img': '10.0' } });
  await runs.saveReport({ ...run, fence }, report);
  await runs.saveReport({ ...run, fence }, report);
  expect(await records.row(run)).toMatchObject({ status: 'running', report });
});
