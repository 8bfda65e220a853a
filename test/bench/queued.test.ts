import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { ownSeconds } from '../support/process-usage.ts';
import { mostBetween, openQueue } from '../support/queued-runs.ts';
import { someProject } from '../support/samples.ts';

/**
 * What it takes to bring many images through their steps, where the steps take no time and touch no bytes: `npm run bench:queued`, with 1, 2 and 4 worker processes. Prints images a
 * second by tenths, the processor time of an image in the workers, and how many lay half done at once. No timed test: it only holds that each image is begun once.
 */
const count = Number(process.env.BENCH_IMAGES ?? 1000);
const workerCounts = (process.env.BENCH_WORKERS ?? '1,2,4').split(',').map(Number);
const stepMs = Number(process.env.BENCH_STEP_MS ?? 0);

test.for(workerCounts)('%i worker processes', { timeout: 1_800_000 }, async (workers) => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-queued-'));
  const database = await freshDatabase();
  const queue = await openQueue(database, inject('stack').temporalAddress);
  try {
    const project = await someProject(database.db);
    await queue.add(project, count);
    const begun = Date.now();
    const pids: number[] = [];
    for (let index = 0; index < workers; index++) {
      pids.push((await queue.serve({ workerId: `w${index}`, dir, slots: 4, stepMs })).pid as number);
    }
    await eventually(async () => (await queue.left()) === 0, { within: 1700, what: 'all are through', every: 500 });
    const cpu = pids.map(ownSeconds).reduce((sum, each) => sum + each, 0);
    const ways = await queue.ways();
    expect(ways.filter(({ status }) => status !== 'published')).toEqual([]);
    const again = ways.reduce((sum, { tries }) => sum + tries - 4, 0);
    const ends = ways.map(({ publishedAt }) => publishedAt).sort((a, b) => a - b);
    const tenth = Math.floor(count / 10);
    const rates = Array.from({ length: 10 }, (_, index) => {
      const [from, to] = [index === 0 ? begun : ends[index * tenth - 1], ends[(index + 1) * tenth - 1]];
      return ((tenth * 1000) / ((to ?? 0) - (from ?? 0))).toFixed(1);
    });
    const shares = pids.map((_, index) => ways.filter(({ worker }) => worker === `w${index}`).length);
    const halfDone = pids.map((_, index) =>
      mostBetween(
        ways.filter(({ worker }) => worker === `w${index}`),
        'convertedAt',
        'publishedAt',
      ),
    );
    console.log(
      `${count} images, ${workers} workers of 4 slots: ${(((ends.at(-1) ?? 0) - begun) / 1000).toFixed(1)} s; a second, by tenths: ${rates.join(' ')}; ` +
        `${((1000 * cpu) / count).toFixed(0)} ms of the workers' processors an image; images by worker ${shares.join(' ')}; half done at once, at most ${halfDone.join(' ')}; steps done again ${again}`,
    );
  } finally {
    await queue.close();
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  }
});
