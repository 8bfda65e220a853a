import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { openDatabase } from '../../adapters/database/open.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { createStepMeter } from '../../adapters/metrics/steps.ts';
import type { Admission } from '../../shared/contracts/run.ts';
import type { Step } from '../../shared/contracts/step.ts';
import { createSlots } from '../../shared/limits/fair-slots.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { createSharedActivities } from '../../workers/activities/index.ts';
import { runStep } from '../../workers/activities/step.ts';
import { beginInPlaces, createPlaces, inPlaces, nameAttempt } from '../../workers/places.ts';
import { openScratch } from '../../workers/scratch.ts';
import { startStepWorker } from '../../workers/step-worker.ts';
import type { Attempt, LedgerActivities, OnOwnQueue, RunRef } from '../../workflows/activities.ts';
import { makePublication } from './samples.ts';

/**
 * A worker process whose steps take a while and touch no bytes: for the question how many images get through, in which order, and what that costs by itself. All
 * that is no step of its own is real: places, slots, run rows, Temporal. Its argument is a `QueuedWork`; it stops on SIGTERM.
 */
export type QueuedWork = {
  workerId: string;
  temporal: { address: string; namespace: string };
  databaseUrl: string;
  dir: string;
  slots: number;
  claimSeconds: number;
  /** How long each step of an image keeps its slot, in milliseconds. */
  stepMs: number;
};

const work = JSON.parse(process.argv[2] ?? '') as QueuedWork;
const { workerId, stepMs } = work;
const database = openDatabase(work.databaseUrl);
const runs = createRunStore(database.db);
const scratch = await openScratch(work.dir, workerId);
const ownTaskQueue = `bootready-${workerId}`;
const slots = { looks: createSlots(4), heavy: createSlots(work.slots) };
const keptForMs = work.claimSeconds * 1000;
const places = { images: createPlaces(2 * work.slots, keptForMs), downloads: createPlaces(1, keptForMs) };

const disk = { format: 'vmdk', variant: 'streamOptimized', virtualSize: 4096 } as const;
const admission: Admission = { layers: [], disk, findings: [] };
const converted = { format: 'raw', size: 1024, virtualSize: 4096, allocatedSize: 512, sha256: 'a'.repeat(64) } as const;

function step<Result>(attempt: Attempt, name: Step, result: Result): Promise<Result> {
  return runStep({ runs, slots: slots.heavy, workerId }, attempt, name, async () => {
    await pause(stepMs);
    return result;
  });
}
function never(): Promise<never> {
  return Promise.reject(new Error('No such work is ordered here.'));
}

const ledger: LedgerActivities = {
  ...createSharedActivities({ config: { POLICY: 'warn' }, runs, scratch, ownTaskQueue }),
  beginRepair: never,
  endRepair: never,
  beginDownload: never,
  endDownload: never,
};
const steps: OnOwnQueue = {
  admit: never,
  convert: (attempt) => step(attempt, 'convert', { disk, converted, layers: [], findings: [], tools: {} }),
  sendAhead: async () => undefined,
  inspect: (attempt) => step(attempt, 'inspect', { guest: {}, findings: [], tools: {} }),
  bootCheck: async () => ({ findings: [] }),
  publish: (attempt) =>
    runStep({ runs, slots: slots.heavy, workerId }, attempt, 'publish', async () => {
      await runs.publish(attempt, makePublication(attempt, converted));
      return [];
    }),
  discardScratch: async (attempt) => {
    slots.heavy.leave(nameAttempt(attempt));
    await scratch.discard(attempt);
  },
  mend: never,
  handOver: never,
  discardRepair: never,
  fetchUpload: never,
};
async function admitFirst(run: RunRef) {
  const { fence } = await runs.beginAttempt(run, workerId);
  const attempt = { ...run, fence, taskQueue: ownTaskQueue };
  await runStep({ runs, slots: slots.looks, workerId, isAnywhere: true }, attempt, 'admit', async () => admission);
  const { isFirst } = await runs.awaitWorker({ ...run, fence });
  return { attempt, admission, lane: isFirst ? ('first' as const) : ('small' as const) };
}

const running = startStepWorker({
  temporal: work.temporal,
  workerId,
  ownTaskQueue,
  cacheDir: work.dir,
  metrics: undefined,
  places,
  shared: { ...beginInPlaces(ledger, places), admitFirst, deliver: never, failDelivery: never },
  scratch: inPlaces(steps, places),
  atOnce: { looks: 8, deliveries: 1 },
  traces: noTraces,
  meter: createStepMeter(new Registry()),
  log: pino({ level: 'warn' }, pino.destination(2)),
});
async function stop(): Promise<void> {
  await running.close();
  await scratch.close();
  await database.close();
}
process.once('SIGTERM', () => void stop());
process.stdout.write('ready\n');
