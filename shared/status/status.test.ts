import { expect, test } from 'vitest';
import type { Activity, ImageOrder } from '../contracts/api.ts';
import { outcomes } from '../contracts/finding.ts';
import { BootPolicy, ImageStatus } from '../contracts/image.ts';
import { OrderStatus } from '../contracts/order.ts';
import { RunStatus, Verdict, waitsFor } from '../contracts/run.ts';
import { steps } from '../contracts/step.ts';
import { bootResults, readBootResult } from './boot-result.ts';
import { type StateFacts, stepStates, toImageState, type UploadHere, uploadsHere } from './image-state.ts';
import { imageStates } from './states.ts';
import { stepTicks, toStepTick } from './step-tick.ts';

/** All combinations of what the contracts allow: those that can occur are among them, and the rules hold for every one. */

const openRuns = ['queued', 'running'];

function* activities(): Generator<Activity | null> {
  yield null;
  for (const status of RunStatus.options)
    for (const step of [null, ...steps])
      for (const waiting of [null, ...waitsFor])
        for (const verdict of [null, ...Verdict.options])
          for (const boot of [null, ...bootResults])
            for (const isRetrying of [false, true])
              yield {
                runId: 'r',
                run: 1,
                status,
                step,
                percent: 40,
                waitsFor: waiting,
                isRetrying,
                verdict,
                boot,
                trouble: null,
              };
}
function* orders(): Generator<ImageOrder | null> {
  yield null;
  for (const kind of ['repair', 'download'] as const)
    for (const status of OrderStatus.options) yield { kind, status, percent: kind === 'download' ? 40 : null };
}
function* here(): Generator<UploadHere | undefined> {
  yield undefined;
  for (const phase of uploadsHere) yield { phase, percent: 40 };
}
const sources = [...orders()].flatMap((order) =>
  [...here()].flatMap((upload) => [null, 1].map((size) => ({ order, upload, size }))),
);

type Case = { image: StateFacts; upload: UploadHere | undefined };

/** The combinations that break a rule, the first few. */
function breaking(rule: (of: Case & ReturnType<typeof toImageState>) => boolean): unknown[] {
  const found: unknown[] = [];
  for (const status of ImageStatus.options)
    for (const activity of activities())
      for (const { order, upload, size } of sources) {
        const image: StateFacts = { status, activity, order, upload: { size } };
        const state = toImageState(image, upload);
        if (!rule({ image, upload, ...state }) && found.push({ status, activity, order, upload, size, state }) > 2)
          return found;
      }
  return found;
}

test('green is only an image that was started, passed every check, and can be used', () => {
  expect(
    breaking(
      ({ key, image: { status, activity } }) =>
        imageStates[key].tone !== 'good' ||
        (status === 'active' &&
          activity?.status === 'published' &&
          activity.verdict === 'publish' &&
          activity.boot === 'passed'),
    ),
  ).toEqual([]);
});

test('nothing waits for its file that has data, has failed, is repaired or is downloaded', () => {
  expect(
    breaking(
      ({ key, image: { status, activity, order, upload } }) =>
        key !== 'awaits-file' || (status === 'queued' && !activity && !order && upload.size === null),
    ),
  ).toEqual([]);
});

test('what has failed or was cancelled looks neither busy nor queued', () => {
  expect(
    breaking(({ key, image: { status, activity, order } }) => {
      const end = activity ?? order;
      const isOver =
        status !== 'active' && (end ? ['rejected', 'failed', 'cancelled'].includes(end.status) : status === 'killed');
      if (!isOver) return true;
      return imageStates[key].tone !== 'busy' && imageStates[key].tone !== 'good' && key !== 'queued';
    }).filter((each) => !/"status":"(uploading)"/.test(JSON.stringify(each))),
  ).toEqual([]);
});

test('nothing is busy whose last try failed, and no step of an open run has failed for good', () => {
  expect(
    breaking(
      ({ key, image: { activity } }) =>
        !activity?.isRetrying ||
        activity.status !== 'running' ||
        imageStates[key].tone !== 'busy' ||
        key === 'active-checking' ||
        key === 'uploading',
    ),
  ).toEqual([]);
  for (const facts of stepCases()) {
    const { key } = toStepTick(facts);
    if (facts.row?.status === 'failed') expect(key).toBe(openRuns.includes(facts.run) ? 'retrying' : 'failed');
  }
});

test('started and passed, switched off, and not reached are three states of an image that can be used', () => {
  const states = (['passed', 'off', 'not-reached', null] as const).map((boot) => {
    const activity = { status: 'published', verdict: 'publish', boot } as Activity;
    return toImageState({ status: 'active', activity, order: null, upload: { size: 1 } }).key;
  });
  expect(states).toEqual(['active', 'active-unstarted', 'active-unstarted', 'active-unstarted']);
});

test('a percent is a share of the work, or there is none', () => {
  expect(
    breaking(({ percent, image: { activity, order }, upload, key }) => {
      if (percent === undefined) return true;
      if (key.startsWith('upload')) return upload !== undefined;
      if (key === 'downloading') return order?.kind === 'download' && order.status === 'running';
      return activity?.status === 'running' && !activity.waitsFor && !activity.isRetrying && activity.step !== null
        ? stepStates[activity.step].hasPercent
        : false;
    }),
  ).toEqual([]);
});

test('every state has its words in both languages', () => {
  for (const { label, sentence, word } of Object.values(imageStates))
    expect([label.en, label.de, sentence.en, sentence.de, word]).not.toContain('');
});

/** Every way in which a step may stand in a run, with one finding of it or none. */
function* stepCases() {
  const rows = (['running', 'done', 'failed', 'cancelled'] as const).flatMap((status) =>
    [undefined, ...waitsFor].map((waiting) => ({ status, ...(waiting ? { waitsFor: waiting } : {}) })),
  );
  for (const step of steps)
    for (const row of [undefined, ...rows])
      for (const run of RunStatus.options)
        for (const outcome of [undefined, ...outcomes])
          for (const bootCheck of [null, ...BootPolicy.options]) {
            const findings = outcome ? [{ step, outcome }] : [];
            yield { outcome, step, row, run, findings, bootCheck };
          }
}

test('a step is green only if it came to its end and found nothing wrong', () => {
  for (const { outcome, ...facts } of stepCases()) {
    const { key } = toStepTick(facts);
    if (stepTicks[key].tone !== 'good') continue;
    expect([facts.row?.status, outcome ?? 'pass']).toEqual(['done', 'pass']);
  }
});

test('a step that did not begin is waiting, switched off or not reached, and never anything else', () => {
  for (const facts of stepCases()) {
    const { key } = toStepTick(facts);
    const isOpen = openRuns.includes(facts.run);
    if (facts.row) expect(['waiting', 'off', 'not-reached']).not.toContain(key);
    else if (key === 'off') {
      expect([facts.step, isOpen ? facts.bootCheck : facts.run]).toEqual(['boot-check', isOpen ? 'off' : 'published']);
    } else expect(key).toBe(isOpen ? 'waiting' : 'not-reached');
  }
});

test('the boot test of a report is told by its findings', () => {
  const of = (verdict: 'publish' | 'reject', ...found: (typeof outcomes)[number][]) =>
    readBootResult({ verdict, findings: found.map((outcome) => ({ step: 'boot-check', outcome })) });
  expect([of('publish'), of('reject'), of('publish', 'pass'), of('publish', 'pass', 'unknown')]).toEqual([
    'off',
    'not-reached',
    'passed',
    'warned',
  ]);
  expect(of('reject', 'fail', 'pass')).toBe('failed');
});
