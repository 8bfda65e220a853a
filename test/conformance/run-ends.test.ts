import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { freshDatabase } from '../support/database.ts';
import { begunRun, queuedRun, runRecords } from '../support/run-records.ts';
import { hex, makePublication, someDisk, someProject, someReport, toNames } from '../support/samples.ts';

/** What the port promises of the end of a run, on a real Postgres. */

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

describe('publish', () => {
  test('makes image, run, publication and outbox row in one', async () => {
    const { run, fence } = await begun();
    await runs.saveReport({ ...run, fence }, someReport(run, 'publish-with-warnings'));
    expect(await runs.isPublished(run.runId)).toBe(false);
    const converted = someDisk({ format: 'raw', size: 4096, virtualSize: 4096 });
    const { bucket, key } = makePublication(run, converted);
    await runs.publish({ ...run, fence }, { bucket, key, converted });
    const { format, size, virtualSize, sha256 } = converted;
    expect(await runs.isPublished(run.runId)).toBe(true);
    expect(await records.image(run)).toMatchObject({ status: 'active', diskFormat: format, size, virtualSize, sha256 });
    expect(await records.row(run)).toMatchObject({ status: 'published', finishedAt: expect.any(Date) });
    expect(await images.publication(run.imageId)).toEqual({ bucket, key, format, size, sha256 });
    const payload = {
      ...run,
      projectId: project.id,
      name: 'Debian 12',
      status: 'active',
      verdict: 'publish-with-warnings',
      location: { bucket, key },
      format,
      size,
      sha256,
    };
    expect(await records.outbox(run)).toEqual([{ type: 'image.published', payload }]);
  });

  test('what was found becomes properties, beside what the owner has set; of an image of the Image API nothing is changed', async () => {
    const found = { os_distro: 'debian', hw_disk_bus: 'virtio' };
    const published = async (more: { import_request_id?: string }) => {
      const { run, fence } = await begun();
      const owned = JSON.stringify({ hw_disk_bus: 'scsi', own: 'x' }) as never;
      await database.db
        .updateTable('images')
        .set({ properties: owned, ...more })
        .where('id', '=', run.imageId)
        .execute();
      await runs.publish(
        { ...run, fence },
        {
          ...makePublication(run, someDisk({ virtualSize: 2 ** 30 + 1 })),
          properties: found,
        },
      );
      const query = database.db.selectFrom('images').where('id', '=', run.imageId).select(['properties', 'min_disk']);
      return query.executeTakeFirstOrThrow();
    };
    expect(await published({})).toEqual({
      properties: { os_distro: 'debian', hw_disk_bus: 'scsi', own: 'x' },
      min_disk: 2,
    });
    expect(await published({ import_request_id: 'req-1' })).toEqual({
      properties: { hw_disk_bus: 'scsi', own: 'x' },
      min_disk: 0,
    });
  });

  test('twice is once', async () => {
    const { run, fence } = await begun();
    const publication = makePublication(run);
    await runs.publish({ ...run, fence }, publication);
    const before = await records.everything(run);
    await runs.publish({ ...run, fence }, publication);
    expect(await records.everything(run)).toEqual(before);
  });

  test('the same attempt twice at once is once, and neither call fails', async () => {
    for (let round = 0; round < 10; round++) {
      const { run, fence } = await begun();
      const publication = makePublication(run);
      await Promise.all(Array.from({ length: 4 }, () => runs.publish({ ...run, fence }, publication)));
      expect(await records.publications(run)).toHaveLength(1);
      expect(await records.outbox(run)).toHaveLength(1);
    }
  });

  test('two attempts that race give one publication, of the newer one, and one outbox row', async () => {
    for (let round = 0; round < 10; round++) {
      const { run, fence } = await begun('worker-1');
      const newer = await runs.beginAttempt(run, 'worker-2');
      const converted = someDisk();
      const ends = await Promise.allSettled([
        runs.publish({ ...run, fence }, { bucket: 'images', key: hex(8), converted }),
        runs.publish({ ...run, fence: newer.fence }, { bucket: 'images', key: `newer-${hex(8)}`, converted }),
      ]);
      expect(ends[1]).toMatchObject({ status: 'fulfilled' });
      // The stale one may come when all is done already; it is not told apart from a repetition then.
      if (ends[0].status === 'rejected') expect(ends[0].reason).toMatchObject(superseded);
      expect(await records.publications(run)).toMatchObject([
        { fence: newer.fence, key: expect.stringMatching(/^newer-/) },
      ]);
      expect(await records.outbox(run)).toMatchObject([{ type: 'image.published' }]);
    }
  });

  test('a new attempt that begins while the old one publishes: one of them wins, whole', async () => {
    const race = async (): Promise<void> => {
      const { run, fence } = await begun();
      const [published, taken] = await Promise.allSettled([
        runs.publish({ ...run, fence }, makePublication(run)),
        runs.beginAttempt(run, 'worker-2'),
      ]);
      expect([published.status, taken.status].sort()).toEqual(['fulfilled', 'rejected']);
      const loser = published.status === 'rejected' ? published : taken;
      expect(loser).toMatchObject({ reason: superseded });
      const won = published.status === 'fulfilled';
      expect(await records.image(run)).toMatchObject({ status: won ? 'active' : 'importing' });
      expect(await records.publications(run)).toHaveLength(won ? 1 : 0);
      expect(await records.outbox(run)).toHaveLength(won ? 1 : 0);
    };
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 4 }, race));
  });
});

describe('finish', () => {
  test('a rejected image is killed; run and outbox say why', async () => {
    const { run } = await begun();
    const report = someReport(run, 'reject', {
      findings: [
        { code: 'no-cloud-init', step: 'inspect', outcome: 'fail', params: {} },
        { code: 'virtio-ready', step: 'inspect', outcome: 'pass', params: {} },
      ],
    });
    await runs.finish(run, { status: 'rejected', report });
    expect(await records.image(run)).toMatchObject({ status: 'killed' });
    expect(await records.row(run)).toMatchObject({ status: 'rejected', report, finishedAt: expect.any(Date) });
    expect(await records.outbox(run)).toMatchObject([
      { type: 'image.rejected', payload: { ...run, status: 'killed', verdict: 'reject', failed: ['no-cloud-init'] } },
    ]);
  });

  test('an image whose run failed is killed; steps that ran are closed', async () => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'admit', 'worker-1', 1);
    await runs.stepEnded({ ...run, fence }, 'admit', 'done');
    await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
    const failure = { code: 'timeout', message: 'It took too long.', remedy: 'Try again.' };
    await runs.finish(run, { status: 'failed', failure });
    expect(await records.image(run)).toMatchObject({ status: 'killed' });
    expect(await records.row(run)).toMatchObject({ status: 'failed', failure });
    expect(await records.steps(run)).toMatchObject([
      { step: 'admit', status: 'done' },
      { step: 'convert', status: 'failed', finishedAt: expect.any(Date) },
    ]);
    expect(await records.outbox(run)).toMatchObject([{ type: 'image.failed', payload: { status: 'killed', failure } }]);
  });

  test('an image whose run was cancelled is queued again', async () => {
    const { run, fence } = await begun();
    await runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1);
    await runs.finish(run, { status: 'cancelled' });
    expect(await records.image(run)).toMatchObject({ status: 'queued' });
    expect(await records.row(run)).toMatchObject({ status: 'cancelled' });
    expect(await records.steps(run)).toMatchObject([{ status: 'cancelled' }]);
    expect(await records.outbox(run)).toMatchObject([
      { type: 'image.cancelled', payload: { ...run, status: 'queued' } },
    ]);
  });

  test.each([
    ['failed', 'killed', { status: 'failed', failure: { code: 'unavailable', message: 'No database.' } }],
    ['cancelled', 'queued', { status: 'cancelled' }],
  ] as const)('a run that no worker had begun is %s, and told, like any other', async (status, left, end) => {
    const run = await queued();
    await runs.finish(run, end);
    expect(await records.row(run)).toMatchObject({ status });
    expect(await records.image(run)).toMatchObject({ status: left });
    expect(await records.outbox(run)).toMatchObject([{ type: `image.${status}`, payload: { status: left } }]);
  });

  test('does nothing when the run has ended: published, or finished before', async () => {
    const { run: published, fence } = await begun();
    await runs.publish({ ...published, fence }, makePublication(published));
    const { run: cancelled } = await begun();
    await runs.finish(cancelled, { status: 'cancelled' });
    for (const run of [published, cancelled]) {
      const before = await records.everything(run);
      await runs.finish(run, { status: 'failed', failure: { code: 'internal', message: 'Too late.' } });
      await runs.finish(run, { status: 'cancelled' });
      expect(await records.everything(run)).toEqual(before);
    }
  });

  test('of a former run leaves the next one, and the image, alone', async () => {
    const { run } = await begun();
    await runs.finish(run, { status: 'cancelled' });
    const second = toNames(await images.newRun(run.imageId));
    await runs.beginAttempt(second, 'worker-2');
    await runs.finish(run, { status: 'failed', failure: { code: 'internal', message: 'Too late.' } });
    expect(await records.image(run)).toMatchObject({ status: 'importing' });
    expect(await records.row(second)).toMatchObject({ status: 'running' });
  });

  test('races with publish: one of them counts, and one outbox row tells which', async () => {
    for (let round = 0; round < 10; round++) {
      const { run, fence } = await begun();
      const [published] = await Promise.allSettled([
        runs.publish({ ...run, fence }, makePublication(run)),
        runs.finish(run, { status: 'cancelled' }),
      ]);
      const won = published.status === 'fulfilled';
      if (!won) expect(published).toMatchObject({ reason: superseded });
      expect(await records.row(run)).toMatchObject({ status: won ? 'published' : 'cancelled' });
      expect(await records.image(run)).toMatchObject({ status: won ? 'active' : 'queued' });
      expect(await records.outbox(run)).toMatchObject([{ type: won ? 'image.published' : 'image.cancelled' }]);
    }
  });
});
