import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, test } from 'vitest';
import { makeWorkflowId } from '../../shared/contracts/workflow.ts';
import { type History, historyFromJson } from '../support/history-json.ts';
import { workflowBundle } from '../support/workflow-world.ts';

/**
 * Runs may take hours, so a new version meets runs that an older one began: Temporal replays their histories with the new
 * code, which must take the same way (https://docs.temporal.io/develop/typescript/testing-suite#replay). What fails here would
 * leave runs hanging in production. test/histories/record.ts says where the histories come from.
 */
const folder = join(import.meta.dirname, '../histories');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length));
function readHistory(name: string): History {
  return historyFromJson(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as object);
}

/** What came of it: undefined when the code takes the way of the history. */
async function replayed(bundle: WorkflowBundle, history: History): Promise<Error | undefined> {
  const workflowId = makeWorkflowId('any', 1);
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, [{ workflowId, history }])) {
    return error;
  }
  throw new Error('nothing was replayed');
}

let bundle: WorkflowBundle;
let reordered: WorkflowBundle;
beforeAll(async () => {
  // One of the replays is meant to fail; nobody needs to read about it.
  const logging = { filter: 'off', forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } });
  [bundle, reordered] = await Promise.all([
    workflowBundle(),
    workflowBundle(join(import.meta.dirname, '../support/reordered-workflow.ts')),
  ]);
});

test('there is a history of every way that a run, a repair, a download or a delivery may take', () => {
  const ways = [
    'published',
    'published-and-delivered',
    'rejected-at-admit',
    'retried-step',
    'failed-for-good',
    'cancelled-in-convert',
  ];
  const repairs = ['repair-handed-over', 'repair-failed-for-good', 'repair-moved-to-another-worker'];
  const downloads = ['download-handed-over', 'download-failed-for-good', 'download-moved-to-another-worker'];
  const deliveries = ['delivery-retried', 'delivery-failed-for-good', 'delivery-cancelled'];
  expect(names).toEqual(
    expect.arrayContaining([...ways, 'moved-to-another-worker', ...repairs, ...downloads, ...deliveries]),
  );
});

test.each(names)('the workflow takes the way of the history "%s"', async (name) => {
  expect(await replayed(bundle, readHistory(name))).toBeUndefined();
});

test('a workflow that takes its steps in another order is told apart, by the steps that changed places', async () => {
  const error = await replayed(reordered, readHistory('published'));
  expect(error).toBeInstanceOf(DeterminismViolationError);
  expect(error?.message).toMatch(/inspect.*judge|judge.*inspect/s);
});

test('up to where it does the same, the reordered workflow is sound', async () => {
  const { events } = readHistory('published');
  const inspected = (events ?? []).findIndex(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'inspect',
  );
  const before = (events ?? []).slice(0, inspected);
  const lastTask = before.findLastIndex(({ workflowTaskScheduledEventAttributes: scheduled }) => scheduled);
  expect(await replayed(reordered, { events: before.slice(0, lastTask) })).toBeUndefined();
});
