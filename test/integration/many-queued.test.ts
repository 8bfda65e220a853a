import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { mostBetween, openQueue } from '../support/queued-runs.ts';
import { someProject } from '../support/samples.ts';

/** More images than two workers take up at once. Their steps touch no bytes; the way to them is real. */
const count = 60;
const slots = 2;
const workerIds = ['one', 'two'];

let database: Awaited<ReturnType<typeof freshDatabase>>;
let queue: Awaited<ReturnType<typeof openQueue>>;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bootready-queued-'));
  database = await freshDatabase();
  queue = await openQueue(database, inject('stack').temporalAddress);
}, 120_000);
afterAll(async () => {
  await queue?.close();
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

test('images that wait are each begun once, in their order, on the workers that have room', {
  timeout: 300_000,
}, async () => {
  const crowd = await someProject(database.db);
  const other = await someProject(database.db);
  const crowded = await queue.add(crowd, count);
  for (const workerId of workerIds) await queue.serve({ workerId, dir, slots, stepMs: 30 });
  await eventually(async () => (await queue.left()) < count - 8, { within: 100, what: 'some are through' });
  const [single] = await queue.add(other, 1);
  await eventually(async () => (await queue.left()) === 0, { within: 200, what: 'all are through', every: 500 });

  const ways = await queue.ways();
  expect(ways).toHaveLength(count + 1);
  expect(ways.filter(({ status }) => status !== 'published')).toEqual([]);
  // Four steps each. A Temporal that is busy loses a task now and then, and gives it out again; of images that move by the dozen there would be many more.
  expect(ways.reduce((sum, { tries }) => sum + tries, 0)).toBeLessThan(4 * ways.length + 8);

  for (const workerId of workerIds) {
    const own = ways.filter(({ worker }) => worker === workerId);
    expect(own.length).toBeGreaterThan(count / 5);
    // Two for each slot, and a first one of a project. The others wait where the other worker can have them.
    expect(mostBetween(own, 'begunAt', 'publishedAt')).toBeLessThanOrEqual(2 * slots + 1);
    // A slot is an image's until it is published: so many lie converted in scratch, and no more.
    expect(mostBetween(own, 'convertedAt', 'publishedAt')).toBeLessThanOrEqual(slots + 1);
  }

  const findPlace = (imageId: string | undefined) => ways.findIndex((way) => way.imageId === imageId);
  // Temporal's order is nearly that of arrival.
  const mean = (some: typeof crowded) => some.reduce((sum, { imageId }) => sum + findPlace(imageId), 0) / some.length;
  expect(mean(crowded.slice(0, 20))).toBeLessThan(mean(crowded.slice(-20)));
  // One image of another project, which came while these waited, passes all of them that had not begun.
  const { begunAt = 0, queuedAt = 0 } = ways[findPlace(single?.imageId)] ?? {};
  const passed = ways.filter((way) => way.projectId === crowd.id && way.begunAt > queuedAt && way.begunAt < begunAt);
  expect(passed.length).toBeLessThan(10);
});
