import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../adapters/database/open.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { ImageDetail, ImagePage } from '../../shared/contracts/api.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { listsApp } from '../support/lists-app.ts';
import { begunRun } from '../support/run-records.ts';
import { someProject } from '../support/samples.ts';

/** An answer is put together from several reads. A run that ends between two of them must not make the answer contradict itself. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let open: OpenDatabase;
let project: Project;
let app: Awaited<ReturnType<typeof listsApp>>;
/** Happens after an image was read and before its runs are. */
let inBetween: (() => Promise<void>) | undefined;

beforeAll(async () => {
  database = await freshDatabase();
  open = openDatabase(database.url);
  project = await someProject(database.db);
  app = await listsApp(open, (deps) => {
    const images = deps.images as ImageStore;
    const latestRuns: ImageStore['latestRuns'] = async (ids) => {
      await inBetween?.();
      inBetween = undefined;
      return images.latestRuns(ids);
    };
    return { ...deps, images: { ...images, latestRuns } };
  });
});
afterAll(async () => {
  await app?.app.close();
  await open?.close();
  await database?.drop();
});

async function ask(url: string): Promise<unknown> {
  const { body } = await app.ask(project.id, 'member', url);
  return JSON.parse(body);
}

test.for([
  ['detail', async (id: string) => ImageDetail.parse(await ask(`/v1/images/${id}`))],
  ['list', async (id: string) => ImagePage.parse(await ask('/v1/images')).images.find((image) => image.id === id)],
] as const)('an image and its newest run are of the same moment in the %s', async ([, read]) => {
  const { run } = await begunRun(database.db, project);
  inBetween = () =>
    createRunStore(database.db).finish(run, { status: 'failed', failure: { code: 'internal', message: 'Broken.' } });

  const during = await read(run.imageId);
  expect(inBetween).toBeUndefined();
  expect([during?.status, during?.activity?.status]).toEqual(['importing', 'running']);
  const after = await read(run.imageId);
  expect([after?.status, after?.activity?.status]).toEqual(['killed', 'failed']);
});
