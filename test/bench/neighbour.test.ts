import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import { amplified } from '../hostile/amplified.ts';
import { keptImages } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { median, stepNames, stepsOfRun } from './run-steps.ts';

/**
 * How much one project's bombs slow another project's image: `npm run bench:neighbour`, some 4 minutes. One worker, two slots, no boot check. An image
 * alone, some times; then 50 bombs, and the same image some times more while they last. Prints raw seconds of each and of its steps, and the ratio of the medians.
 * No timed test: it only holds that all runs end, the neighbour's published, and no bomb.
 */
const times = Number(process.env.BENCH_TIMES ?? 3);
const bombCount = 50;

let installation: Installation;
let dir: string;
let image: string;
let bombs: Buffer[];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'neighbour-'));
  const { images } = await keptImages(dir);
  image = images['qcow2 v3'] as string;
  // 2 GiB; what follows one end of any of them is read as well.
  const zeros = (tool: string): Buffer => {
    const piece = execFileSync('sh', ['-c', `head -c 256M /dev/zero | ${tool}`], { maxBuffer: 64 * 1024 ** 2 });
    return Buffer.concat(Array.from({ length: 8 }, () => piece));
  };
  const kinds = [
    ...Object.values(amplified).map(({ make }) => make(images)),
    ...['gzip -1', 'zstd -1', 'xz -0'].map(zeros),
  ];
  bombs = Array.from({ length: bombCount - 1 }, (_, index) => kinds[index % kinds.length] as Buffer);
  // As long as four of the others.
  bombs.push(zeros('bzip2 -1'));
  installation = await startInstallation({ env: { WORKER_CONCURRENCY: '2' } });
  await createProjectStore(installation.db).ensure({ id: 'bomber' });
}, 300_000);
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Seconds, of a step with its waiting; `begin`: until the first step. */
type Seconds = Record<'all' | 'begin' | (typeof stepNames)[number], number>;

function medians(of: readonly Seconds[]): Seconds {
  return Object.fromEntries(
    ['all', 'begin', ...stepNames].map((name) => [name, median(of.map((each) => each[name as 'all']))]),
  ) as Seconds;
}
function worded({ all, ...steps }: Seconds): string {
  return `${all.toFixed(1)} s (${Object.entries(steps)
    .map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`)
    .join(', ')})`;
}

async function measureSeconds(key: string): Promise<Seconds> {
  const begun = Date.now();
  await installation.upload(key, image, { policy: 'warn' });
  const { runId, status } = await installation.ended(key, 600);
  const all = (Date.now() - begun) / 1000;
  expect(status).toBe('published');
  const { seconds, begun: firstStep } = await stepsOfRun(installation, runId, 10);
  return { all, begin: (firstStep - begun) / 1000, ...seconds };
}

function bombRuns() {
  return installation.db
    .selectFrom('images')
    .leftJoin('runs', 'runs.image_id', 'images.id')
    .where('images.upload_key', 'like', 'bomber/%');
}
async function bombsLeft(): Promise<number> {
  const { ended } = await bombRuns()
    .where('runs.finished_at', 'is not', null)
    .select(({ fn }) => fn.countAll().as('ended'))
    .executeTakeFirstOrThrow();
  return bombCount - Number(ended);
}

test(`one project's ${bombCount} bombs beside another's image`, { timeout: 3_600_000 }, async () => {
  await measureSeconds('first');
  const alone: Seconds[] = [];
  for (let time = 0; time < times; time++) {
    alone.push(await measureSeconds(`alone-${time}`));
    console.log(`alone ${worded(alone[time] as Seconds)}`);
  }
  const put = (bytes: Buffer, index: number) =>
    installation.s3.putObject('uploads', `bomber/${index}`, bytes, bytes.length);
  await Promise.all(bombs.map(put));
  const beside: Seconds[] = [];
  for (let time = 0; time < times; time++) {
    beside.push(await measureSeconds(`beside-${time}`));
    const left = await bombsLeft();
    console.log(`beside ${bombCount} bombs ${worded(beside[time] as Seconds)}; ${left} of them had not ended by then`);
    expect(left).toBeGreaterThan(0);
  }
  await eventually(async () => (await bombsLeft()) === 0, { within: 900, what: 'all bombs have ended', every: 1000 });
  const ends = await bombRuns().select(['images.status', 'runs.status as run']).execute();
  expect(ends.filter(({ run }) => run === 'published')).toEqual([]);
  const [median1, median2] = [medians(alone), medians(beside)];
  console.log(
    `medians: alone ${worded(median1)}, beside ${worded(median2)}: ${(median2.all / median1.all).toFixed(2)} times`,
  );
});
