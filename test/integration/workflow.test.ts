import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ConvertedDisk } from '../../shared/contracts/run.ts';
import { type ProcessImageInput, processImageType } from '../../shared/contracts/workflow.ts';
import type { Attempt, FinishedRun, ScratchActivities, SharedActivities } from '../../workflows/activities.ts';

/** The order, the retries and the undo of a run, with steps that fail as real ones cannot be made to. Temporal is real. */

let connection: NativeConnection;
let client: Client;
let bundle: WorkflowBundle;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = inject('stack').temporalAddress;
  [connection, bundle] = await Promise.all([
    NativeConnection.connect({ address }),
    bundleWorkflowCode({
      logger: new DefaultLogger('ERROR'),
      workflowsPath: join(import.meta.dirname, '../../workflows/index.ts'),
    }),
  ]);
  client = new Client({ connection: await Connection.connect({ address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await connection?.close();
});

const converted: ConvertedDisk = {
  format: 'raw',
  size: 1024,
  virtualSize: 1024,
  allocatedSize: 512,
  sha256: 'a'.repeat(64),
};
const disk = { format: 'vmdk', variant: 'streamOptimized', virtualSize: 1024 } as const;

type Step = keyof ScratchActivities | keyof SharedActivities;
type Behaviour = Partial<Record<Step, () => Promise<void>>>;
type World = { calls: Step[]; finished: FinishedRun[]; run(): ReturnType<Client['workflow']['start']> };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Activities that note their calls and behave as told; `deadWorkers` attempts get a task queue that nobody serves. */
const world = async (
  behaviour: Behaviour,
  options: { deadWorkers?: number; rejected?: boolean } = {},
): Promise<World> => {
  const calls: Step[] = [];
  const finished: FinishedRun[] = [];
  const sharedQueue = `shared-${randomUUID()}`;
  const ownQueue = `own-${randomUUID()}`;
  let fence = 0;
  const does = async <T>(step: Step, result: T): Promise<T> => {
    calls.push(step);
    await behaviour[step]?.();
    return result;
  };
  const shared: SharedActivities = {
    beginAttempt: (run) => {
      fence++;
      const dead = fence <= (options.deadWorkers ?? 0);
      return does('beginAttempt', { ...run, fence, taskQueue: dead ? `dead-${randomUUID()}` : ownQueue });
    },
    judge: ({ imageId, runId }: Attempt) => {
      const verdict = options.rejected ? 'reject' : 'publish';
      const upload = { bucket: 'b', key: 'k', etag: 'e', size: 1 };
      const report = { schema: 'bootready.report/v1', imageId, runId, verdict, upload } as const;
      return does('judge', { verdict, report: { ...report, layers: [], findings: [], tools: {} } });
    },
    finishRun: ({ imageId, runId, ...end }) => {
      finished.push(end);
      return does('finishRun', undefined);
    },
  };
  const refused = { code: 'qcow2-backing-file', step: 'admit', outcome: 'fail', params: {} } as const;
  const scratch: ScratchActivities = {
    admit: () => does('admit', { layers: [], disk, findings: options.rejected ? [refused] : [] }),
    convert: () => does('convert', { disk, converted, layers: [], findings: [], tools: {} }),
    inspect: () => does('inspect', { guest: {}, findings: [], tools: {} }),
    publish: () => does('publish', undefined),
    discardScratch: () => does('discardScratch', undefined),
  };
  const common = { connection, namespace: 'default', shutdownForceTime: '2s', shutdownGraceTime: 0 } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: sharedQueue, workflowBundle: bundle, activities: shared }),
    Worker.create({ ...common, taskQueue: ownQueue, activities: scratch }),
  ]);
  const running = workers.map((worker) => worker.run());
  closing.push(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  });
  const input: ProcessImageInput = {
    imageId: randomUUID(),
    runId: randomUUID(),
    heartbeatSeconds: 2,
    claimSeconds: 2,
    stepHours: 1,
  };
  return {
    calls,
    finished,
    run: () =>
      client.workflow.start(processImageType, {
        taskQueue: sharedQueue,
        workflowId: `image-${input.imageId}-run-1`,
        args: [input],
      }),
  };
};

const once = (work: () => Promise<void>) => {
  let done = false;
  return async (): Promise<void> => {
    if (done) return;
    done = true;
    await work();
  };
};
const fails = (nonRetryable: boolean) => (): Promise<void> =>
  Promise.reject(
    ApplicationFailure.create({
      message: 'It broke.',
      type: 'unavailable',
      nonRetryable,
      details: [{ remedy: 'Mend it.' }],
    }),
  );

const wholeWay: Step[] = ['beginAttempt', 'admit', 'convert', 'inspect', 'judge', 'publish', 'discardScratch'];
const middle = ['admit', 'convert', 'inspect', 'judge', 'publish'] as const;

test('the steps of a sound image, in their order', async () => {
  const { run, calls, finished } = await world({});
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(wholeWay);
  expect(finished).toEqual([]);
});

test('an image that admit refuses is neither converted nor published; its scratch folder goes', async () => {
  const { run, calls, finished } = await world({}, { rejected: true });
  expect(await (await run()).result()).toBe('reject');
  expect(calls).toEqual(['beginAttempt', 'admit', 'judge', 'finishRun', 'discardScratch']);
  expect(finished).toMatchObject([{ status: 'rejected', report: { verdict: 'reject' } }]);
});

describe.each(middle)('%s', (step) => {
  test('is done again when it failed for what passes', async () => {
    const { run, calls, finished } = await world({ [step]: once(fails(false)) });
    expect(await (await run()).result()).toBe('publish');
    expect(calls).toEqual(wholeWay.flatMap((name) => (name === step ? [name, name] : [name])));
    expect(finished).toEqual([]);
  });

  test('ends the run when it failed for good, with the reason and a clean slate', async () => {
    const { run, calls, finished } = await world({ [step]: fails(true) });
    await expect((await run()).result()).rejects.toThrow(WorkflowFailedError);
    expect(calls).toEqual([...wholeWay.slice(0, wholeWay.indexOf(step) + 1), 'discardScratch', 'finishRun']);
    expect(finished).toEqual([
      { status: 'failed', failure: { code: 'unavailable', message: 'It broke.', remedy: 'Mend it.' } },
    ]);
  });
});

describe.each(['admit', 'convert', 'inspect', 'publish'] as const)('%s', (step) => {
  test('hears of the cancellation, and the scratch folder goes', async () => {
    const entered = Promise.withResolvers<void>();
    let heard: unknown;
    const { run, calls, finished } = await world({
      [step]: async () => {
        entered.resolve();
        const { cancellationSignal, heartbeat } = Context.current();
        const beating = setInterval(() => heartbeat(), 200);
        try {
          await new Promise((_, reject) =>
            cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason)),
          );
        } catch (error) {
          heard = error;
          throw error;
        } finally {
          clearInterval(beating);
        }
      },
    });
    const handle = await run();
    await entered.promise;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(heard).toBeInstanceOf(CancelledFailure);
    expect(calls.slice(-2)).toEqual(['discardScratch', 'finishRun']);
    expect(finished).toEqual([{ status: 'cancelled' }]);
  });
});

test('the whole attempt moves when its worker is dead', async () => {
  const { run, calls } = await world({}, { deadWorkers: 2 });
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(['beginAttempt', 'beginAttempt', ...wholeWay]);
});

test('the whole attempt moves when the worker says that it is stopped, without waiting for it', async () => {
  const stopped = () => Promise.reject(ApplicationFailure.nonRetryable('The worker was stopped.', 'worker-stopped'));
  const { run, calls } = await world({ convert: once(stopped) });
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(['beginAttempt', 'admit', 'convert', ...wholeWay]);
});

test('an image that kills every worker ends as failed', async () => {
  const { run, calls, finished } = await world({}, { deadWorkers: 99 });
  await expect((await run()).result()).rejects.toThrow(WorkflowFailedError);
  expect(calls.filter((step) => step === 'beginAttempt')).toHaveLength(5);
  expect(finished).toMatchObject([{ status: 'failed', failure: { code: 'timeout' } }]);
});

test('scratch folders that cannot be cleared away fail no run', async () => {
  const { run } = await world({ discardScratch: fails(true) });
  expect(await (await run()).result()).toBe('publish');
});
