import { expect, test } from 'vitest';
import type { ImageDetail, RunView, StepView } from '../../../shared/contracts/api.ts';
import { render } from '../../terminal.ts';
import { createRunProgress } from './run-progress.ts';

function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
}
function step(name: StepView['step'], percent: number, more: Partial<StepView> = {}): StepView {
  return {
    step: name,
    status: 'running',
    attempts: 1,
    percent,
    worker: 'w1',
    message: null,
    startedAt: at(0),
    finishedAt: null,
    ...more,
  };
}
const done = { status: 'done', finishedAt: at(12) } as const;
function image(steps: StepView[], run: Partial<RunView> = {}): ImageDetail {
  return {
    upload: { bucket: 'b', key: 'k', size: 1 },
    runs: [{ id: 'r1', number: 1, status: 'running', steps, ...run }],
  } as ImageDetail;
}

function told(hasStatusLine: boolean, images: ImageDetail[]): string[][] {
  const progress = createRunProgress({ hasStatusLine });
  return images.map((each) => progress.next(each).lines.map((line) => render(line, false)));
}

test('without a status line every ten percent and every end of a step is a line, once', () => {
  expect(
    told(false, [
      image([], { status: 'queued' }),
      image([], { status: 'queued' }),
      image([step('admit', 0)]),
      image([step('admit', 100, done), step('convert', 4)]),
      image([step('admit', 100, done), step('convert', 9)]),
      image([step('admit', 100, done), step('convert', 31)]),
      image([step('admit', 100, done), step('convert', 31)]),
    ]),
  ).toEqual([
    ['Waiting for a worker.'],
    [],
    ['  admit      running'],
    ['  admit      done, 12 s', '  convert    4 %'],
    [],
    ['  convert    31 %'],
    [],
  ]);
});

test('with a status line percents are there, and ends of steps are lines', () => {
  const progress = createRunProgress({ hasStatusLine: true });
  expect(progress.next(image([step('convert', 43.7)]))).toEqual({ lines: [], status: '  convert    43 %' });
  const { lines, status } = progress.next(image([step('convert', 100, done)]));
  expect([lines.map((line) => render(line, false)), status]).toEqual([['  convert    done, 12 s'], '']);
});

test('a further attempt says why, and a failure too', () => {
  const failed = { status: 'failed', finishedAt: at(3), message: 'store away' } as const;
  expect(
    told(false, [
      image([step('convert', 50)]),
      image([step('convert', 50, failed)]),
      image([step('convert', 0, { attempts: 2, message: 'worker lost' })]),
    ]),
  ).toEqual([
    ['  convert    50 %'],
    ['  convert    failed, 3.0 s: store away'],
    ['  convert    attempt 2: worker lost', '  convert    0 %'],
  ]);
});

test('a second run begins from nothing', () => {
  expect(
    told(true, [image([step('admit', 100, done)]), image([step('admit', 100, done)], { id: 'r2', number: 2 })]),
  ).toEqual([['  admit      done, 12 s'], ['Run 2:', '  admit      done, 12 s']]);
});

test('before its run it waits for its bytes', () => {
  const waiting = { ...image([]), upload: { bucket: 'b', key: 'k', size: null }, runs: [] };
  expect(told(false, [waiting, waiting])).toEqual([['Waiting until the upload is detected.'], []]);
});
