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

/**
 * How much one project's bombs slow another project's image: `npm run bench:neighbour`. One worker, two slots, no boot check. An image alone and the
 * same image behind 50 bombs, in turn; prints raw seconds and the ratio of the medians. No timed test: it only holds that all runs end,
 * the neighbour's published, and no bomb.
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const bombCount = 50;

let installation: Installation;
let dir: string;
let image: string;
let bombs: Buffer[];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'neighbour-'));
  const { images } = await keptImages(dir);
  image = images['qcow2 v3'] as string;
  const zeros = (tool: string) =>
    execFileSync('sh', ['-c', `head -c 4G /dev/zero | ${tool}`], { maxBuffer: 64 * 1024 ** 2 });
  const kinds = [
    ...Object.values(amplified).map(({ make }) => make(images)),
    ...['gzip -1', 'zstd -1', 'xz -0', 'bzip2 -1'].map(zeros),
  ];
  bombs = Array.from({ length: bombCount }, (_, index) => kinds[index % kinds.length] as Buffer);
  installation = await startInstallation({ env: { WORKER_CONCURRENCY: '2' } });
  await createProjectStore(installation.db).ensure({ id: 'bomber' });
}, 300_000);
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

const secondsOf = async (key: string): Promise<number> => {
  const begun = performance.now();
  await installation.upload(key, image, { policy: 'warn' });
  const end = await installation.ended(key, 600);
  expect(end).toMatchObject({ status: 'published' });
  return (performance.now() - begun) / 1000;
};

const bombsOf = (round: number) =>
  installation.db
    .selectFrom('images')
    .leftJoin('runs', 'runs.image_id', 'images.id')
    .where('images.upload_key', 'like', `bomber/${round}-%`);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

test(`one project's ${bombCount} bombs beside another's image`, { timeout: 3_600_000 }, async () => {
  await secondsOf('first');
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < rounds; round++) {
    alone.push(await secondsOf(`alone-${round}`));
    await Promise.all(
      bombs.map((bytes, index) =>
        installation.s3.putObject('uploads', `bomber/${round}-${index}`, bytes, bytes.length),
      ),
    );
    beside.push(await secondsOf(`beside-${round}`));
    const open = async (): Promise<number> =>
      bombCount -
      Number(
        (
          await bombsOf(round)
            .where('runs.finished_at', 'is not', null)
            .select(({ fn }) => fn.countAll().as('ended'))
            .executeTakeFirstOrThrow()
        ).ended,
      );
    const left = await open();
    await eventually(async () => (await open()) === 0, { within: 900, what: 'all bombs have ended', every: 1000 });
    const ends = await bombsOf(round).select(['images.status', 'runs.status as run']).execute();
    console.log(
      `round ${round}: alone ${alone.at(-1)?.toFixed(1)} s, beside ${bombCount} bombs ${beside.at(-1)?.toFixed(1)} s (${left} of them had not ended by then)`,
    );
    expect(ends.filter(({ run }) => run === 'published')).toEqual([]);
  }
  console.log(
    `median alone ${median(alone).toFixed(1)} s, beside ${median(beside).toFixed(1)} s: ${(median(beside) / median(alone)).toFixed(2)} times`,
  );
});
