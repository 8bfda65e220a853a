/**
 * Records the histories that test/integration/replay.test.ts replays. Run by hand, from the root of the clone:
 *
 *   node test/histories/record.ts [NAME...]
 *
 * Record anew only when the workflow was changed on purpose and no run of the version before is under way any more, or when
 * a scenario is added. Histories that were stored by a released version stay: they are what replay has to understand. A change
 * that must live beside them goes behind patched() (https://docs.temporal.io/develop/typescript/versioning).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../dev/stack/service.ts';
import { startTemporal } from '../../dev/stack/temporal.ts';
import { historyToJson } from '../support/history-json.ts';
import {
  type Behaviour,
  fails,
  once,
  openStage,
  type Stage,
  untilCancelled,
  type WorldOptions,
  workerStops,
} from '../support/workflow-world.ts';

type Scenario = {
  behaviour?: Behaviour;
  options?: WorldOptions;
  /** A repair or a download instead of a run, or what a run has started last. */
  of?: 'repair' | 'download' | 'delivery';
  /** Cancels the run when this resolves. */
  cancelAt?: Promise<void>;
  /** How it ends: the result of the workflow, or what finishRun was told; of an order, the code of its failure. */
  ends: string | undefined;
};

const converting = untilCancelled();
const delivering = untilCancelled();
const sending = untilCancelled();
const scenarios: Record<string, Scenario> = {
  published: { ends: 'publish' },
  'published-and-delivered': { options: { targets: ['backup', 'cloud'] }, ends: 'publish' },
  'delivery-retried': {
    of: 'delivery',
    behaviour: { deliver: once(fails(false)) },
    options: { targets: ['cloud'] },
    ends: undefined,
  },
  'delivery-failed-for-good': {
    of: 'delivery',
    behaviour: { deliver: fails(true) },
    options: { targets: ['cloud'] },
    ends: 'unavailable',
  },
  'delivery-cancelled': {
    of: 'delivery',
    behaviour: { deliver: delivering.work },
    options: { targets: ['cloud'] },
    cancelAt: delivering.entered,
    ends: 'cancelled',
  },
  'published-sent-ahead': { ends: 'publish' },
  'sending-ahead-failed': { behaviour: { sendAhead: fails(true) }, ends: 'publish' },
  'rejected-when-inspected': {
    behaviour: { sendAhead: sending.work },
    options: { rejectedLate: true },
    ends: 'reject',
  },
  'admitted-first': { options: { lane: 'small' }, ends: 'publish' },
  'refused-at-first-look': { options: { rejected: true }, ends: 'reject' },
  'admitted-first-moved': {
    behaviour: { admitFirst: once(fails(false)), convert: once(workerStops) },
    options: { deadWorkers: 1, lane: 'first' },
    ends: 'publish',
  },
  'admitted-first-failed': { behaviour: { judge: fails(true) }, ends: 'failed' },
  'rejected-at-admit': { options: { rejected: true }, ends: 'reject' },
  'retried-step': { behaviour: { convert: once(fails(false)) }, ends: 'publish' },
  'failed-for-good': { behaviour: { inspect: fails(true) }, ends: 'failed' },
  'cancelled-in-convert': { behaviour: { convert: converting.work }, cancelAt: converting.entered, ends: 'cancelled' },
  // The first worker is dead and takes nothing up, the second one is stopped while it converts.
  'moved-to-another-worker': {
    behaviour: { convert: once(workerStops) },
    options: { deadWorkers: 1 },
    ends: 'publish',
  },
  'repair-handed-over': { of: 'repair', behaviour: { mend: once(fails(false)) }, ends: undefined },
  'repair-failed-for-good': { of: 'repair', behaviour: { mend: fails(true) }, ends: 'unavailable' },
  'repair-moved-to-another-worker': {
    of: 'repair',
    behaviour: { handOver: once(workerStops) },
    options: { deadWorkers: 1 },
    ends: undefined,
  },
  'download-handed-over': { of: 'download', behaviour: { fetchUpload: once(fails(false)) }, ends: undefined },
  'download-failed-for-good': { of: 'download', behaviour: { fetchUpload: fails(true) }, ends: 'unavailable' },
  'download-moved-to-another-worker': {
    of: 'download',
    behaviour: { fetchUpload: once(workerStops) },
    options: { deadWorkers: 1 },
    ends: undefined,
  },
};

/** Stack traces name files of the host that recorded, and replay does not look at them. */
function withoutStackTraces(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? undefined : value;
}

async function record(stage: Stage, name: string, scenario: Scenario): Promise<void> {
  const { finished, ended, undelivered, ...start } = await stage.world(scenario.behaviour ?? {}, scenario.options);
  if (scenario.of === 'delivery') await (await start.run()).result();
  const handle = await start[scenario.of ?? 'run']();
  if (scenario.cancelAt) {
    await scenario.cancelAt;
    await handle.cancel();
  }
  const result: unknown = await handle
    .result()
    .catch(() => finished[0]?.status ?? ended[0]?.failure?.code ?? undelivered.get('cloud')?.code);
  if (result !== scenario.ends)
    throw new Error(`${name} ended as ${String(result)} and not as ${scenario.ends ?? 'done'}`);
  const history = JSON.stringify(historyToJson(await handle.fetchHistory()), withoutStackTraces, 2);
  await writeFile(join(import.meta.dirname, `${name}.json`), `${history}\n`);
  process.stdout.write(`${name}: ${scenario.ends ?? 'done'}\n`);
}

const asked = process.argv.slice(2);
const dataDir = await mkdtemp(join(tmpdir(), 'bootready-record-'));
const temporal = await startTemporal({ dataDir, port: await freePort() });
const stage = await openStage(temporal.address);
try {
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    await record(stage, name, scenario);
    await stage.clear();
  }
} finally {
  await stage.close();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true });
}
