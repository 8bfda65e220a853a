import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, test as alone, beforeAll, describe, expect, inject } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  fails,
  once,
  openStage,
  type Stage,
  type Step,
  untilCancelled,
  type World,
  workerStops,
  workerStopsAnywhere,
} from '../support/workflow-world.ts';

/** The order, the retries and the undo of a run, with steps that fail as real ones cannot be made to. Temporal is real. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(inject('stack').temporalAddress);
});
afterAll(() => stage?.close());

/** Several at once: most of each is waiting for what Temporal tries again. A test's worlds have queues of their own, and end with it. */
const test = alone.extend<{ world: Stage['world'] }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it what the fixture needs
  world: async ({}, use) => {
    const worlds: World[] = [];
    await use(async (behaviour, options) => {
      const made = await stage.world(behaviour, options);
      worlds.push(made);
      return made;
    });
    for (const made of worlds) await made.close();
  },
}).concurrent;

const wholeWay: Step[] = [
  'admitFirst',
  'beginAttempt',
  'convert',
  'inspect',
  'bootCheck',
  'judge',
  'publish',
  'discardScratch',
];
const middle = ['admitFirst', 'convert', 'inspect', 'bootCheck', 'judge', 'publish'] as const;

test('the steps of a sound image, in their order', async ({ world }) => {
  const { run, calls, finished } = await world({});
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(wholeWay);
  expect(finished).toEqual([]);
});

describe('sending ahead', () => {
  test('goes on beside the look at the image, and publish waits for its end', async ({ world }) => {
    const inspecting = Promise.withResolvers<void>();
    const judged = Promise.withResolvers<void>();
    const order: string[] = [];
    const { run, sentAhead } = await world({
      sendAhead: async () => {
        await inspecting.promise;
        await judged.promise;
        await pause(500);
        order.push('sent');
      },
      inspect: async () => inspecting.resolve(),
      judge: async () => judged.resolve(),
      publish: async () => {
        order.push('published');
      },
    });
    expect(await (await run()).result()).toBe('publish');
    expect(order).toEqual(['sent', 'published']);
    expect(sentAhead()).toBe(1);
  });

  test('that fails for good fails no run: publish sends what is not there', async ({ world }) => {
    const { run, calls, sentAhead } = await world({ sendAhead: fails(true) });
    expect(await (await run()).result()).toBe('publish');
    expect(calls).toEqual(wholeWay);
    expect(sentAhead()).toBe(1);
  });

  test('hears that the image is rejected, before the scratch folder goes', async ({ world }) => {
    const sending = untilCancelled();
    const { run, calls } = await world(
      {
        sendAhead: sending.work,
        judge: () => sending.entered,
        discardScratch: async () => expect(sending.heard).toBeInstanceOf(CancelledFailure),
      },
      { rejectedLate: true },
    );
    expect(await (await run()).result()).toBe('reject');
    expect(calls).toEqual([
      ...wholeWay.filter((step) => step !== 'publish').slice(0, -1),
      'finishRun',
      'discardScratch',
    ]);
  });

  test('hears that the run is cancelled', async ({ world }) => {
    const sending = untilCancelled();
    const inspecting = untilCancelled();
    const { run, finished } = await world({ sendAhead: sending.work, inspect: inspecting.work });
    const handle = await run();
    await Promise.all([sending.entered, inspecting.entered]);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(sending.heard).toBeInstanceOf(CancelledFailure);
    expect(finished).toEqual([{ status: 'cancelled' }]);
  });

  test('is not begun for an image that is refused', async ({ world }) => {
    const { run, sentAhead } = await world({}, { rejected: true });
    expect(await (await run()).result()).toBe('reject');
    expect(sentAhead()).toBe(0);
  });
});

test('an image that is not admitted waits for no worker', async ({ world }) => {
  const { run, calls, finished } = await world({}, { rejected: true });
  expect(await (await run()).result()).toBe('reject');
  expect(calls).toEqual(['admitFirst', 'judge', 'finishRun']);
  expect(finished).toMatchObject([{ status: 'rejected', report: { verdict: 'reject' } }]);
});

describe.each(middle)('%s', (step) => {
  test('is done again when it failed for what passes', async ({ world }) => {
    const { run, calls, finished } = await world({ [step]: once(fails(false)) });
    expect(await (await run()).result()).toBe('publish');
    expect(calls).toEqual(wholeWay.flatMap((name) => (name === step ? [name, name] : [name])));
    expect(finished).toEqual([]);
  });

  test('ends the run when it failed for good, with the reason and a clean slate', async ({ world }) => {
    const { run, calls, finished } = await world({ [step]: fails(true) });
    await expect((await run()).result()).rejects.toThrow(WorkflowFailedError);
    const undone = step === 'admitFirst' ? [] : ['discardScratch'];
    expect(calls).toEqual([...wholeWay.slice(0, wholeWay.indexOf(step) + 1), ...undone, 'finishRun']);
    expect(finished).toEqual([
      { status: 'failed', failure: { code: 'unavailable', message: 'It broke.', remedy: 'Mend it.' } },
    ]);
  });
});

test('admitFirst hears of the cancellation', async ({ world }) => {
  const looking = untilCancelled();
  const { run, calls, finished } = await world({ admitFirst: looking.work });
  const handle = await run();
  await looking.entered;
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(looking.heard).toBeInstanceOf(CancelledFailure);
  expect(calls).toEqual(['admitFirst', 'finishRun']);
  expect(finished).toEqual([{ status: 'cancelled' }]);
});

describe.each(['convert', 'inspect', 'bootCheck', 'publish'] as const)('%s', (step) => {
  test('hears of the cancellation, and the scratch folder goes', async ({ world }) => {
    const cancellable = untilCancelled();
    const { run, calls, finished } = await world({ [step]: cancellable.work });
    const handle = await run();
    await cancellable.entered;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(cancellable.heard).toBeInstanceOf(CancelledFailure);
    expect(calls.slice(-2)).toEqual(['discardScratch', 'finishRun']);
    expect(finished).toEqual([{ status: 'cancelled' }]);
  });
});

test('the whole attempt moves when its worker is dead', async ({ world }) => {
  const { run, calls } = await world({}, { deadWorkers: 2 });
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(['admitFirst', 'beginAttempt', 'beginAttempt', ...wholeWay.slice(1)]);
});

test('the whole attempt moves when the worker says that it is stopped, without waiting for it', async ({ world }) => {
  const { run, calls } = await world({ convert: once(workerStops) });
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(['admitFirst', 'beginAttempt', 'convert', ...wholeWay.slice(1)]);
});

test('a look whose worker stops is taken by another one', async ({ world }) => {
  const { run, calls } = await world({ admitFirst: once(workerStopsAnywhere) });
  expect(await (await run()).result()).toBe('publish');
  expect(calls).toEqual(['admitFirst', ...wholeWay]);
});

test.for([
  ['first', 'begin-first', 'demo'],
  ['small', 'begin', 'small demo'],
  ['large', 'begin', 'demo'],
] as const)('a run of the lane "%s" waits in the queue %s', async ([lane, queue, fairnessKey], { world }) => {
  const { run, waitsIn } = await world({}, { lane });
  const handle = await run();
  await handle.result();
  expect(await waitsIn(handle, 'beginAttempt')).toEqual({ queue, fairnessKey });
});

test('an image that kills every worker ends as failed', async ({ world }) => {
  const { run, calls, finished } = await world({}, { deadWorkers: 99 });
  await expect((await run()).result()).rejects.toThrow(WorkflowFailedError);
  expect(calls.filter((step) => step === 'beginAttempt')).toHaveLength(5);
  expect(finished).toMatchObject([{ status: 'failed', failure: { code: 'timeout' } }]);
});

test('scratch folders that cannot be cleared away fail no run', async ({ world }) => {
  const { run } = await world({ discardScratch: fails(true) });
  expect(await (await run()).result()).toBe('publish');
});

describe('a download', () => {
  test('is done again when it failed for what passes, and moves when its worker is dead or stopped', async ({
    world,
  }) => {
    const passing = await world({ fetchUpload: once(fails(false)) });
    await (await passing.download()).result();
    expect(passing.calls).toEqual(['beginDownload', 'fetchUpload', 'fetchUpload']);
    const moving = await world({ fetchUpload: once(workerStops) }, { deadWorkers: 1 });
    await (await moving.download()).result();
    expect(moving.calls).toEqual(['beginDownload', 'beginDownload', 'fetchUpload', 'beginDownload', 'fetchUpload']);
    expect([...passing.ended, ...moving.ended]).toEqual([]);
  });

  test('that fails for good ends with the reason; one that is cancelled hears of it', async ({ world }) => {
    const failing = await world({ fetchUpload: fails(true) });
    await expect((await failing.download()).result()).rejects.toThrow(WorkflowFailedError);
    expect(failing.calls).toEqual(['beginDownload', 'fetchUpload', 'endDownload']);
    expect(failing.ended).toEqual([{ failure: { code: 'unavailable', message: 'It broke.', remedy: 'Mend it.' } }]);
    const cancellable = untilCancelled();
    const { download, ended } = await world({ fetchUpload: cancellable.work });
    const handle = await download();
    await cancellable.entered;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(cancellable.heard).toBeInstanceOf(CancelledFailure);
    expect(ended).toEqual([{}]);
  });
});

describe('a repair', () => {
  const wholeRepair: Step[] = ['beginRepair', 'mend', 'handOver', 'discardRepair'];

  test.for(['mend', 'handOver'] as const)('does %s again when it failed for what passes', async (step, { world }) => {
    const { repair, calls, ended } = await world({ [step]: once(fails(false)) });
    await (await repair()).result();
    expect(calls).toEqual(wholeRepair.flatMap((name) => (name === step ? [name, name] : [name])));
    expect(ended).toEqual([]);
  });

  test.for(['mend', 'handOver'] as const)(
    'that %s fails for good ends with the reason and a clean slate',
    async (step, { world }) => {
      const { repair, calls, ended } = await world({ [step]: fails(true) });
      await expect((await repair()).result()).rejects.toThrow(WorkflowFailedError);
      expect(calls).toEqual([...wholeRepair.slice(0, wholeRepair.indexOf(step) + 1), 'discardRepair', 'endRepair']);
      expect(ended).toEqual([{ failure: { code: 'unavailable', message: 'It broke.', remedy: 'Mend it.' } }]);
    },
  );

  test('that is cancelled hears of it, and the scratch folder goes', async ({ world }) => {
    const cancellable = untilCancelled();
    const { repair, calls, ended } = await world({ mend: cancellable.work });
    const handle = await repair();
    await cancellable.entered;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(cancellable.heard).toBeInstanceOf(CancelledFailure);
    expect(calls.slice(-2)).toEqual(['discardRepair', 'endRepair']);
    expect(ended).toEqual([{}]);
  });

  test('moves as a whole when its worker is dead or stopped', async ({ world }) => {
    const { repair, calls } = await world({ handOver: once(workerStops) }, { deadWorkers: 1 });
    await (await repair()).result();
    expect(calls).toEqual(['beginRepair', 'beginRepair', 'mend', 'handOver', ...wholeRepair]);
  });
});

describe('a delivery', () => {
  const targets = ['backup', 'cloud'];

  test('of each target begins when the image is published, and its run does not wait for it', async ({ world }) => {
    const holding = Promise.withResolvers<void>();
    const { run, calls, delivery, undelivered } = await world({ deliver: () => holding.promise }, { targets });
    expect(await (await run()).result()).toBe('publish');
    await eventually(async () => calls.filter((step) => step === 'deliver').length === 2, {
      within: 20,
      what: 'both targets are delivered to',
    });
    holding.resolve();
    await delivery().result();
    expect(calls.filter((step) => step !== 'deliver')).toEqual(wholeWay);
    expect(undelivered).toEqual(new Map());
  });

  test('is done again when it failed for what passes', async ({ world }) => {
    const { run, calls, delivery, undelivered } = await world({ deliver: once(fails(false)) }, { targets: ['cloud'] });
    await (await run()).result();
    await delivery().result();
    expect(calls.filter((step) => step === 'deliver')).toHaveLength(2);
    expect(undelivered.size).toBe(0);
  });

  test('that failed for good says why, and the image stays published', async ({ world }) => {
    const { run, delivery, undelivered, finished } = await world({ deliver: fails(true) }, { targets: ['cloud'] });
    expect(await (await run()).result()).toBe('publish');
    await expect(delivery().result()).rejects.toThrow(WorkflowFailedError);
    expect([...undelivered]).toEqual([['cloud', { code: 'unavailable', message: 'It broke.', remedy: 'Mend it.' }]]);
    expect(finished).toEqual([]);
  });

  test('that is cancelled is waited for, and ended as what it was: what is half there is cleared away then', async ({
    world,
  }) => {
    const delivering = untilCancelled();
    const { run, delivery, undelivered, calls } = await world({ deliver: delivering.work }, { targets: ['cloud'] });
    await (await run()).result();
    await delivering.entered;
    await delivery().cancel();
    await expect(delivery().result()).rejects.toThrow(WorkflowFailedError);
    expect(delivering.heard).toBeInstanceOf(CancelledFailure);
    expect(undelivered.get('cloud')).toMatchObject({ code: 'cancelled' });
    // The run clears its scratch folder meanwhile: it waits for no delivery.
    expect(calls.filter((step) => !wholeWay.includes(step))).toEqual(['deliver', 'failDelivery']);
  });

  test('that the sweep has started already is not started twice, and no run fails for it', async ({ world }) => {
    const { run, sweepDelivery, calls, finished } = await world({}, { targets: ['cloud'] });
    await sweepDelivery();
    expect(await (await run()).result()).toBe('publish');
    expect(calls.filter((step) => step === 'deliver')).toHaveLength(1);
    expect(finished).toEqual([]);
  });
});
