import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createImportTaskStore } from '../../adapters/database/import-task-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { type ImportTask, type TaskQuery, type TaskSortKey, taskSortKeys } from '../../shared/ports/import-tasks.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { someObject, someProject } from '../support/samples.ts';

/** What the port promises of imports as tasks, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let project: Project;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
});

function stores() {
  return {
    images: createImageStore(database.db),
    downloads: createDownloadStore(database.db),
    runs: createRunStore(database.as('worker')),
    tasks: createImportTaskStore(database.db),
  };
}
function announced() {
  return stores().images.announce({ projectId: project.id, name: 'x', settings: {}, bucket: 'uploads' });
}
/** An image whose data is to be fetched, as a request has asked for it. */
async function fetched(requestId: string) {
  const image = await announced();
  await stores().downloads.order(image.id, { source: { url: 'https://example.org/a?secret' }, requestId });
  return image;
}
function query(more: Partial<TaskQuery> = {}): TaskQuery {
  return {
    equal: { owner: project.id },
    sort: { key: 'created_at', direction: 'desc' },
    limit: 100,
    ...more,
  };
}

test('a task is the same from the first byte that is fetched to the end of the run', async () => {
  const { images, downloads, runs, tasks } = stores();
  const image = await fetched('req-1');
  const { id } = image;
  expect(await tasks.get(id)).toMatchObject({ id, imageId: id, projectId: project.id, status: 'pending' });
  const { fence } = await downloads.begin(id);
  expect(await tasks.get(id)).toMatchObject({ status: 'processing', requestId: 'req-1' });
  const { run } = await images.findOrCreate(someObject(project, { key: image.upload.key }), {
    projectId: project.id,
    name: 'x',
    settings: {},
  });
  await downloads.handedOver(id, fence);
  expect(await tasks.ofImage(id)).toMatchObject([{ id, status: 'pending', url: 'https://example.org/a?secret' }]);
  const names = { imageId: id, runId: run.id };
  await runs.beginAttempt(names, 'worker');
  await runs.finish(names, { status: 'failed', failure: { code: 'scratch-full', message: 'No room.' } });
  expect(await tasks.get(id)).toMatchObject({
    status: 'failure',
    isCancelled: false,
    failure: { message: 'No room.' },
  });
  // Asked for again by another request, and by nobody's.
  const again = await images.newRun(id, {}, 'req-2');
  expect((await tasks.ofImage(id)).map((task) => [task.id, task.requestId])).toEqual([
    [again.id, 'req-2'],
    [id, 'req-1'],
  ]);
  await runs.finish({ imageId: id, runId: again.id }, { status: 'cancelled' });
  expect(await tasks.get(again.id)).toMatchObject({ status: 'failure', isCancelled: true });
  await images.newRun(id);
  expect(await tasks.ofImage(id)).toHaveLength(2);
  expect(await tasks.get(randomUUID())).toBeUndefined();
});

test('what nobody asked for by the Image API is no task', async () => {
  const { images, downloads, tasks } = stores();
  await images.findOrCreate(someObject(project), { projectId: project.id, name: 'x', settings: {} });
  await downloads.create({
    projectId: project.id,
    name: 'x',
    settings: {},
    bucket: 'uploads',
    source: { url: 'https://example.org/a' },
  });
  expect(await tasks.list(query())).toEqual([]);
});

test('pages of any size, in any order, hold each task once and in that order', async () => {
  const { downloads, tasks } = stores();
  const made: string[] = [];
  for (let n = 0; n < 6; n++) {
    const { id } = await fetched(`req-${n % 3}`);
    made.push(id);
    if (n % 2) await downloads.end(id, { code: 'internal', message: 'x' });
  }
  // Some at the same moment.
  await database.db
    .updateTable('downloads')
    .set({ created_at: new Date(1e12) })
    .where('image_id', 'in', made.slice(0, 4))
    .execute();
  const placeOf: Record<TaskSortKey, (task: ImportTask) => string | number> = {
    created_at: ({ createdAt }) => createdAt.getTime(),
    updated_at: ({ updatedAt }) => updatedAt.getTime(),
    id: ({ id }) => id,
    status: ({ status }) => status,
    owner: ({ projectId }) => projectId,
    image_id: ({ imageId }) => imageId,
    request_id: ({ requestId }) => requestId,
  };
  const sorts = fc.record({ key: fc.constantFrom(...taskSortKeys), direction: fc.constantFrom('asc', 'desc') });
  await fc.assert(
    fc.asyncProperty(sorts, fc.integer({ min: 1, max: 7 }), async (sort, limit) => {
      const whole = await tasks.list(query({ sort }));
      expect(whole.map(({ id }) => id).sort()).toEqual([...made].sort());
      const values = whole.map(placeOf[sort.key]);
      const ordered = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (sort.direction === 'asc' ? 1 : -1));
      expect(values).toEqual(ordered);
      const seen: string[] = [];
      for (let marker: string | undefined; ; marker = seen.at(-1)) {
        const page = await tasks.list(query({ sort, limit, ...(marker ? { marker } : {}) }));
        seen.push(...page.map(({ id }) => id));
        if (page.length < limit) break;
      }
      expect(seen).toEqual(whole.map(({ id }) => id));
    }),
    { numRuns: 30 },
  );
  await expect(tasks.list(query({ marker: randomUUID() }))).rejects.toMatchObject({ code: 'invalid-input' });
});
