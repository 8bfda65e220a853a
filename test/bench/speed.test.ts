import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createObjectStore } from '../../adapters/object-store/minio.ts';
import { startInstallation } from '../support/installation.ts';
import { peakMiB } from '../support/process-usage.ts';
import { pythonWith } from '../support/python-packages.ts';
import { bootready } from './speed/bootready.ts';
import type { BenchedImage, Contender } from './speed/contender.ts';
import { floor } from './speed/floor.ts';
import { startGlance } from './speed/glance.ts';
import { type Measured, ownName, type Round } from './speed/measured.ts';
import { readResults, toTables, writeResults } from './speed/results.ts';
import { shellScript } from './speed/script.ts';
import { findForm, makeWorkload, quick, type Workload, whole } from './speed/workloads.ts';

/**
 * How fast an upload becomes an image that clouds can use: `npm run bench` (some ten minutes), `npm run bench:whole` (hours). Each round brings one
 * image to its end in each way (speed/*.ts), one after the other, so that all have the same noise. Prints what each took, and writes the medians below
 * test/bench/results. Boot check off, policy warn, one worker with two slots, the S3 server beside. No timed test: it only holds that each way comes to its end.
 *
 * BENCH_ONLY, BENCH_WAYS: regular expressions for names of images, and of ways beside bootready. BENCH_ROUNDS: instead of each image's own number. BENCH_ADD=1: adds to the results that are there.
 */
const isWhole = process.env.BENCH === 'whole';
const resultsName = isWhole ? 'speed' : 'speed-quick';
const [only, ways] = [process.env.BENCH_ONLY, process.env.BENCH_WAYS].map((pattern) => new RegExp(pattern ?? ''));
const workloads = (isWhole ? whole : quick).filter(({ name }) => only?.test(name));
function countRounds({ rounds }: Workload): number {
  return Number(process.env.BENCH_ROUNDS ?? rounds);
}

const undo: (() => Promise<unknown>)[] = [];
async function closeAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}
let contenders: Contender[];
let worker: number;
let dir: string;
let putUpload: (path: string) => Promise<Pick<BenchedImage, 'bucket' | 'key' | 'bytes'>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bench-speed-'));
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const env = { WORKER_CONCURRENCY: '2', BOOT_CHECK: 'off', AFTER_PUBLISH: 'remove' };
  const installation = await startInstallation({ roles: ['queues'], env });
  undo.push(() => installation.close());
  const steps = await installation.start('steps');
  worker = steps.child.pid as number;
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY } = installation.env as Record<string, string>;
  const store = createObjectStore({
    endpoint: S3_ENDPOINT as string,
    region: S3_REGION ?? 'us-east-1',
    pathStyle: true,
    accessKey: S3_ACCESS_KEY as string,
    secretKey: S3_SECRET_KEY as string,
  });
  putUpload = async (path) => {
    const { size: bytes } = await stat(path);
    const object = { bucket: 'uploads', key: 'other/bench' };
    await installation.s3.putObject(object.bucket, object.key, createReadStream(path), bytes);
    return { ...object, bytes };
  };
  const python = await pythonWith(join(import.meta.dirname, 'speed/s3-tools.txt'));
  const glance = await startGlance(installation.env, await readPackages(python));
  undo.push(glance.close);
  contenders = [
    floor(store, dir),
    bootready(installation, steps, store),
    shellScript(store, { python, dir, env: installation.env }),
    ...glance.contenders,
  ].filter(({ name }) => name === ownName || ways?.test(name));
}, 600_000);
afterAll(closeAll);

/** The folder of the packages of a virtual environment. */
async function readPackages(python: string): Promise<string> {
  const lib = join(dirname(dirname(python)), 'lib');
  const [version] = await readdir(lib);
  return join(lib, version as string, 'site-packages');
}

function addUp(figures: Record<string, number>): number {
  return Object.values(figures).reduce((sum, each) => sum + each, 0);
}

/** A line of what each way took. */
function worded(round: Round): string {
  return Object.entries(round)
    .map(([name, { seconds, parts, usage }]) => {
      const details = Object.entries(parts).map(([part, took]) => `${part} ${took.toFixed(1)}`);
      return `${name} ${seconds.toFixed(1)} s (${[...details, `processor ${addUp(usage.processor).toFixed(1)}`].join(', ')})`;
    })
    .join('; ');
}

async function measure(workload: Workload): Promise<{ bytes: number; round: Round }> {
  const { path } = await makeWorkload(dir, workload);
  const upload = await putUpload(path);
  const round: Round = {};
  for (const contender of contenders) {
    const taken = await contender.measure({ workload, form: findForm(workload), path, ...upload });
    if (taken) round[contender.name] = taken;
  }
  return { bytes: upload.bytes, round };
}

test('uploads become images', { timeout: 12 * 3_600_000 }, async () => {
  const results = process.env.BENCH_ADD ? await readResults(resultsName) : [];
  const [first] = workloads;
  if (first) console.log(`warm-up, ${first.name}: ${worded((await measure(first)).round)}`);
  for (let number = 0; number < Math.max(...workloads.map(countRounds)); number++) {
    for (const workload of workloads.filter((each) => number < countRounds(each))) {
      const { bytes, round } = await measure(workload);
      console.log(`${workload.name}: ${worded(round)}`);
      expect(round[ownName]?.seconds).toBeGreaterThan(0);
      const { name, gibibytes } = workload;
      let entry = results.find((each) => each.workload === name);
      if (!entry) {
        const fresh: Measured = { workload: name, gibibytes, bytes, rounds: [], peakMiB: 0 };
        results.push(fresh);
        entry = fresh;
      }
      entry.rounds.push(round);
      entry.peakMiB = peakMiB(worker);
      // After each image: what was measured stays, whatever happens to the rest.
      await writeResults(resultsName, results);
    }
  }
  console.log(toTables(results));
});
