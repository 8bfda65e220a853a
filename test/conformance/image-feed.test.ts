import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openImageFeed } from '../../adapters/database/image-feed.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Project } from '../../shared/ports/projects.ts';
import type { RunStore } from '../../shared/ports/runs.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { makePublication, type RunNames, someProject, someReport, toNames, uploadedImage } from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let images: ImageStore;
let runs: RunStore;
let project: Project;
let feed: ReturnType<typeof openImageFeed>;
beforeAll(async () => {
  database = await freshDatabase();
  images = createImageStore(database.db);
  runs = createRunStore(database.as('worker'));
  project = await someProject(database.db);
});
afterAll(() => database?.drop());
beforeEach(() => {
  feed = openImageFeed(database.url);
});
afterEach(() => feed.close());

function rename(imageId: string, name: string): Promise<unknown> {
  return createImageStore(database.db).change(imageId, () => ({ name }));
}
async function someRun(): Promise<RunNames> {
  return toNames((await uploadedImage(database.db, project)).run);
}

/** The backends of this database that listen, with what Postgres calls them. */
async function listening(): Promise<number[]> {
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const { rows } = await admin.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and query = 'listen image'",
  );
  await admin.end();
  return rows.map(({ pid }) => pid);
}
async function terminate(pids: readonly number[]): Promise<void> {
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids]);
  await admin.end();
}
function connected(): Promise<number[]> {
  return eventually(async () => ((await listening()).length === 1 ? listening() : false), {
    within: 20,
    what: 'the feed listens',
    every: 50,
  });
}

/** A listener that is past what it was told when the feed connected. */
async function watching(imageId: string) {
  await connected();
  const listener = vi.fn<() => void>();
  const unsubscribe = feed.subscribe(imageId, listener);
  const told = (what: string) =>
    eventually(() => Promise.resolve(listener.mock.calls.length > 0), {
      within: 20,
      what: `the listener is told: ${what}`,
      every: 20,
    });
  return { listener, unsubscribe, told };
}

describe('a listener is told', () => {
  const changes: Record<string, (run: RunNames, fence: number) => Promise<unknown>> = {
    'its image got another name': ({ imageId }) => rename(imageId, 'Debian 13'),
    'its run was begun anew': (run) => runs.beginAttempt(run, 'worker-2'),
    'its report was written': (run, fence) => runs.saveReport({ ...run, fence }, someReport(run, 'publish')),
    'a step started': (run, fence) => runs.stepStarted({ ...run, fence }, 'convert', 'worker-1', 1),
    'a step went on': (run, fence) => runs.stepProgress({ ...run, fence }, 'admit', 50),
    'a step ended': (run, fence) => runs.stepEnded({ ...run, fence }, 'admit', 'done'),
    'it was published': (run, fence) => runs.publish({ ...run, fence }, makePublication(run)),
    'its run was cancelled': (run) => runs.finish(run, { status: 'cancelled' }),
    'it was deleted': ({ imageId }) => images.markDeleted(imageId),
  };
  test.each(Object.keys(changes))('when %s', async (what) => {
    const run = await someRun();
    const { fence } = await runs.beginAttempt(run, 'worker-1');
    await runs.stepStarted({ ...run, fence }, 'admit', 'worker-1', 1);
    const { listener, told } = await watching(run.imageId);
    // What was done before is told in its order; what comes after this belongs to the change alone.
    await rename(run.imageId, 'Marker');
    await told('the marker');
    listener.mockClear();
    await changes[what]?.(run, fence);
    await told(what);
  });
});

test('a listener hears of its own image only', async () => {
  const [mine, other] = [await someRun(), await someRun()];
  const [listener, bystander] = [await watching(other.imageId), await watching(mine.imageId)];
  bystander.listener.mockClear();
  await rename(other.imageId, 'Another name');
  await listener.told('the other image changed');
  expect(bystander.listener).not.toHaveBeenCalled();
});

test('everybody who watches an image hears of it; who has left does not', async () => {
  const { imageId } = await someRun();
  const [one, two, three] = [await watching(imageId), await watching(imageId), await watching(imageId)];
  await rename(imageId, 'First');
  for (const each of [one, two, three]) await each.told('the first change');
  two.unsubscribe();
  two.unsubscribe();
  for (const each of [one, two, three]) each.listener.mockClear();
  await rename(imageId, 'Second');
  await one.told('the second change');
  await three.told('the second change');
  expect(two.listener).not.toHaveBeenCalled();
  one.unsubscribe();
  three.unsubscribe();
  const again = await watching(imageId);
  await rename(imageId, 'Third');
  await again.told('a later subscription');
});

test('when its connection breaks, it makes another one, and tells everybody: something may have been missed', async () => {
  const [mine, other] = [await someRun(), await someRun()];
  const watchers = [await watching(mine.imageId), await watching(other.imageId), await watching(randomUUID())];
  for (let round = 0; round < 2; round++) {
    const before = await connected();
    for (const { listener } of watchers) listener.mockClear();
    await terminate(before);
    for (const { told } of watchers) await told('the feed is back');
    expect(await connected()).not.toEqual(before);
  }
  const [watcher] = watchers;
  watcher?.listener.mockClear();
  await rename(mine.imageId, 'After it');
  await watcher?.told('a change after the break');
});

test('a database that does not let it in yet is asked again', async () => {
  await feed.close();
  const name = new URL(database.url).pathname.slice(1);
  const admin = new URL(database.url);
  admin.pathname = '/bootready';
  const allow = async (yes: boolean): Promise<void> => {
    const client = new pg.Client({ connectionString: admin.toString() });
    await client.connect();
    await client.query(`alter database ${name} allow_connections ${yes}`);
    await client.end();
  };
  await allow(false);
  feed = openImageFeed(database.url);
  const listener = vi.fn<() => void>();
  feed.subscribe(randomUUID(), listener);
  await allow(true);
  await eventually(() => Promise.resolve(listener.mock.calls.length > 0), { within: 20, what: 'the feed is there' });
  await connected();
});

test('closing leaves no connection behind, even one that was just being made', async () => {
  await connected();
  await feed.close();
  await feed.close();
  await openImageFeed(database.url).close();
  await eventually(async () => (await listening()).length === 0, { within: 10, what: 'nobody listens', every: 50 });
});
