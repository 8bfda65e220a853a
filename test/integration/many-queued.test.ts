import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { mostHalfDone, openQueue } from '../support/queued-runs.ts';
import { someProject } from '../support/samples.ts';

/** More images than a worker takes up at once, and less patience than they all take. Steps touch no bytes; the way to them is real. */
const count = 260;
const slots = 4;
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

test('hundreds of images that wait are each begun once, in their order, on the workers that have room', {
  timeout: 300_000,
}, async () => {
  const crowd = await someProject(database.db);
  const other = await someProject(database.db);
  const crowded = await queue.add(crowd, count);
  for (const workerId of workerIds) await queue.serve({ workerId, dir, slots, stepMs: 50 });
  await eventually(async () => (await queue.left()) < count - 20, { within: 200, what: 'some are through' });
  console.log(new Date().toISOString(), 'left', await queue.left());
  const [single] = await queue.add(other, 1);
  await eventually(async () => (await queue.left()) === 0, { within: 240, what: 'all are through', every: 500 });

  const ways = await queue.ways();
  expect(ways).toHaveLength(count + 1);
  // Four steps each: none was begun twice, and so none was lost, moved or given up.
  expect(ways.filter(({ status, tries }) => status !== 'published' || tries !== 4)).toEqual([]);

  // A slot is an image's until it is published: so many lie converted in scratch, and no more.
  for (const workerId of workerIds) {
    const own = ways.filter(({ worker }) => worker === workerId);
    expect(mostHalfDone(own)).toBeLessThanOrEqual(slots + 1);
    expect(own.length).toBeGreaterThan(count / 4);
  }

  const placeOf = (imageId: string | undefined) => ways.findIndex((way) => way.imageId === imageId);
  const first20 = crowded.slice(0, 20).map(({ imageId }) => placeOf(imageId));
  expect(Math.max(...first20)).toBeLessThan(80);
  // One image of another project, which came when all of these waited.
  const before = ways.filter(({ publishedAt }) => publishedAt < (ways[placeOf(single?.imageId)]?.queuedAt ?? 0)).length;
  expect(placeOf(single?.imageId) - before).toBeLessThan(30);
});
