import { expect, test } from 'vitest';
import type { OpenRun } from '../ports/operations.ts';
import { findStuck } from './stuck.ts';

const now = new Date('2026-01-01T12:00:00Z');
function ago(seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000);
}

function run(more: Partial<OpenRun>): OpenRun {
  return {
    imageId: 'i',
    imageName: 'name',
    projectId: 'p',
    runId: 'r',
    number: 1,
    workflowId: 'w',
    status: 'running',
    worker: 'worker',
    createdAt: ago(7200),
    startedAt: ago(7100),
    step: null,
    workerSeenAt: ago(5),
    ...more,
  };
}
function step(more: Partial<NonNullable<OpenRun['step']>>): OpenRun['step'] {
  return {
    step: 'convert',
    status: 'running',
    attempts: 1,
    percent: 3,
    worker: 'worker',
    message: null,
    startedAt: ago(7000),
    finishedAt: null,
    hasSlot: true,
    failureCode: null,
    ...more,
  };
}

test.each([
  ['was queued a moment ago', run({ status: 'queued', createdAt: ago(100) }), undefined],
  ['was queued long ago', run({ status: 'queued', createdAt: ago(130), startedAt: null }), 'not-started'],
  ['converts for hours', run({ step: step({}) }), undefined],
  ['waits for a slot for hours', run({ step: step({ hasSlot: false, percent: 0 }) }), undefined],
  ['had a worker that was heard of long ago', run({ step: step({}), workerSeenAt: ago(70) }), 'worker-gone'],
  ['has a worker that nobody knows', run({ step: step({}), workerSeenAt: null }), undefined],
  ['fails for the third time', run({ step: step({ status: 'failed', attempts: 3, finishedAt: ago(1) }) }), 'retrying'],
  ['tries for the third time', run({ step: step({ attempts: 3 }) }), 'retrying'],
  [
    'asks the store for the third time',
    run({ step: step({ attempts: 3, failureCode: 'unavailable' }) }),
    'store-unreachable',
  ],
  [
    'asked the store once, and does not ask again',
    run({ step: step({ status: 'failed', failureCode: 'unavailable', finishedAt: ago(130) }) }),
    'store-unreachable',
  ],
  [
    'asked the store once, a moment ago',
    run({ step: step({ status: 'failed', failureCode: 'unavailable', finishedAt: ago(5) }) }),
    undefined,
  ],
  ['needed three tries', run({ step: step({ status: 'done', attempts: 3, finishedAt: ago(1) }) }), undefined],
  ['failed once, a moment ago', run({ step: step({ status: 'failed', finishedAt: ago(60) }) }), undefined],
  ['failed once, and is not tried again', run({ step: step({ status: 'failed', finishedAt: ago(130) }) }), 'retrying'],
  [
    'did a step, and nobody does the next',
    run({ step: step({ status: 'done', finishedAt: ago(130) }) }),
    'not-taken-up',
  ],
  ['began, and nobody does the first step', run({ startedAt: ago(130) }), 'not-taken-up'],
] as const)('a run that %s', (_what, open, reason) => {
  expect(findStuck([open], now)).toEqual([reason]);
});

test('a run that was queued long ago is not stuck while others begin', () => {
  const queued = run({ status: 'queued', createdAt: ago(1000), startedAt: null });
  expect(findStuck([run({ startedAt: ago(100), step: step({}) }), queued], now)).toEqual([undefined, undefined]);
  expect(findStuck([run({ startedAt: ago(130), step: step({}) }), queued], now)).toEqual([undefined, 'not-started']);
});
