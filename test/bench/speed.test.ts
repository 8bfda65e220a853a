import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { type Installation, type Role2Process, startInstallation } from '../support/installation.ts';
import { median, type StepSeconds, stepsOfRun } from './run-steps.ts';
import { type Floor, measureFloor } from './speed/floor.ts';
import { ownSeconds, peakMiB, processorSeconds } from './speed/processes.ts';
import { makeWorkload, quick, type Workload, whole } from './speed/workloads.ts';

/**
 * How fast an upload becomes a published image: `npm run bench` (some minutes), `BENCH=whole npm run bench` (an hour or more). Each round
 * measures each workload once on the floor (speed/floor.ts) and once by bootready, so that both have the same noise. Prints raw seconds and medians, and
 * writes them below test/bench/results. Boot check off, policy warn, one worker with two slots, the S3 server beside. No timed test: it only holds that every image is published.
 */
const isWhole = process.env.BENCH === 'whole';
const rounds = Number(process.env.BENCH_ROUNDS ?? (isWhole ? 5 : 3));
const only = process.env.BENCH_ONLY;
const workloads = (isWhole ? whole : quick).filter(({ name }) => !only || name.includes(only));

let installation: Installation;
let worker: Role2Process;
let store: ObjectStore;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bench-speed-'));
  installation = await startInstallation({
    roles: ['queues'],
    env: { WORKER_CONCURRENCY: '2', BOOT_CHECK: 'off', AFTER_PUBLISH: 'remove' },
  });
  worker = await installation.start('steps');
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY } = installation.env as Record<string, string>;
  store = createObjectStore({
    ...{ endpoint: S3_ENDPOINT as string, region: S3_REGION ?? 'us-east-1', pathStyle: true },
    ...{ accessKey: S3_ACCESS_KEY as string, secretKey: S3_SECRET_KEY as string },
  });
}, 600_000);
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

type Own = { all: number; steps: StepSeconds; workerSeconds: number; withTools: number; peakMiB: number };
type Round = { floor: Floor; own: Own };

const driverOf: Record<string, string> = { vhdx: 'vhdx', vdi: 'vdi', raw: 'raw', 'raw.zst': 'raw' };
const formatOf = ({ format }: Workload): string =>
  driverOf[format] ?? (format.startsWith('vmdk') ? 'vmdk' : format.startsWith('vhd ') ? 'vpc' : 'qcow2');

const measureOwn = async (key: string, path: string): Promise<Own> => {
  const pid = worker.child.pid as number;
  const [before, beforeAll] = [ownSeconds(pid), processorSeconds(pid)];
  await installation.upload(key, path, { policy: 'warn' });
  const begun = performance.now();
  const { runId, status, imageId } = await installation.ended(key, 1800);
  const all = (performance.now() - begun) / 1000;
  expect(status).toBe('published');
  const { seconds: steps } = await stepsOfRun(installation, runId, 60);
  const { bucket, key: published } = await installation.db
    .selectFrom('publications')
    .where('image_id', '=', imageId)
    .select(['bucket', 'key'])
    .executeTakeFirstOrThrow();
  await store.remove(bucket, published);
  return {
    all,
    steps,
    workerSeconds: ownSeconds(pid) - before,
    withTools: processorSeconds(pid) - beforeAll,
    peakMiB: peakMiB(pid),
  };
};

const shown = (value: number): string => value.toFixed(1);

test('uploads become images', { timeout: 6 * 3_600_000 }, async () => {
  const measured = new Map<string, { workload: Workload; bytes: number; rounds: Round[] }>();
  for (let round = 0; round <= rounds; round++) {
    for (const [index, workload] of workloads.entries()) {
      // The first round warms up, with one image only.
      if (round === 0 && index > 0) continue;
      const { path } = await makeWorkload(dir, workload);
      const { size } = await stat(path);
      const key = `floor-${index}`;
      await installation.s3.putObject('uploads', `other/${key}`, createReadStream(path), size);
      const floor = await measureFloor(store, {
        ...{ bucket: 'uploads', key: `other/${key}`, dir, format: formatOf(workload) },
        unpack: workload.format === 'raw.zst' ? 'zstd -dc' : undefined,
      });
      const own = await measureOwn(`${round}-${index}`, path);
      console.log(
        `${round === 0 ? 'warm-up ' : ''}${workload.name}: floor ${shown(floor.all)} s (${Object.entries(floor)
          .slice(1)
          .map(([name, seconds]) => `${name} ${shown(seconds)}`)
          .join(', ')}), ` +
          `bootready ${shown(own.all)} s (${Object.entries(own.steps)
            .map(([name, seconds]) => `${name} ${shown(seconds)}`)
            .join(', ')}), ` +
          `processor ${shown(own.workerSeconds)} s, with tools ${shown(own.withTools)} s, peak ${own.peakMiB.toFixed(0)} MiB`,
      );
      if (round === 0) continue;
      const entry = measured.get(workload.name) ?? { workload, bytes: size, rounds: [] };
      entry.rounds.push({ floor, own });
      measured.set(workload.name, entry);
    }
  }
  const rows = [...measured.values()].map(({ workload, bytes, rounds: all }) => {
    const of = (pick: (round: Round) => number): number => median(all.map(pick));
    const [floor, own] = [of((each) => each.floor.all), of((each) => each.own.all)];
    return {
      ...{ workload: workload.name, uploadMiB: bytes / 1024 ** 2, floor, own, ratio: own / floor },
      processorPerGiB: of((each) => each.own.workerSeconds) / workload.gibibytes,
      peakMiB: Math.max(...all.map((each) => each.own.peakMiB)),
    };
  });
  const table = [
    '| Image | Upload, MiB | Floor, s | bootready, s | Ratio | Processor s of the worker per GiB | Peak, MiB |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.workload} | ${row.uploadMiB.toFixed(0)} | ${shown(row.floor)} | ${shown(row.own)} | ${row.ratio.toFixed(2)} | ${shown(row.processorPerGiB)} | ${row.peakMiB.toFixed(0)} |`,
    ),
  ].join('\n');
  console.log(table);
  const results = join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  const name = join(results, isWhole ? 'speed' : 'speed-quick');
  await writeFile(`${name}.md`, `Medians of ${rounds} rounds.\n\n${table}\n`);
  await writeFile(`${name}.json`, `${JSON.stringify([...measured.values()], null, 2)}\n`);
});
