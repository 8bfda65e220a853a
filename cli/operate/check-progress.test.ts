import { expect, test } from 'vitest';
import { type Line, render } from '../terminal.ts';
import { createCheckProgress } from './check-progress.ts';

function watched(isTerminal: boolean) {
  const shown: string[] = [];
  let time = 0;
  const view = {
    hasStatusLine: () => isTerminal,
    showStatus: (text: string) => shown.push(`status: ${text.trim()}`),
    tellLine: (line: Line) => shown.push(render(line, false).trim()),
  };
  return {
    shown,
    progress: createCheckProgress(view, () => time),
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}

test('in a log: a line for every ten percent, and one when a step is done', () => {
  const { shown, progress, pass } = watched(false);
  const admit = progress.step('admit');
  admit(50);
  pass(1);
  const convert = progress.step('convert');
  for (let percent = 0; percent <= 100; percent += 0.5) convert(percent);
  pass(75);
  progress.done();
  expect(shown).toEqual([
    'admit      50 %',
    'admit      done, 1.0 s',
    ...[10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => `convert    ${percent} %`),
    'convert    done, 1 min 15 s',
  ]);
});

test('a percentage never falls, and one that comes late from a step that is over is not shown', () => {
  const { shown, progress } = watched(false);
  const admit = progress.step('admit');
  admit(30);
  admit(10);
  const convert = progress.step('convert');
  admit(90);
  convert(20);
  expect(shown).toEqual(['admit      30 %', 'admit      done, 0.0 s', 'convert    20 %']);
});

test('on a terminal the line is overwritten, and an aborted step is not called done', () => {
  const { shown, progress } = watched(true);
  progress.step('convert')(42);
  progress.stop();
  expect(shown).toEqual(['status: convert    0 %, 0.0 s']);
});
