import { expect, test } from 'vitest';
import type { FindingView, ImageDetail, RunView } from '../../../shared/contracts/api.ts';
import { type Line, render } from '../../terminal.ts';
import { describeFindings, endLines, imageLines } from './image-text.ts';
import { toState } from './state-text.ts';

function shown(lines: readonly Line[]): string[] {
  return lines.map((line) => render(line, false));
}
function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
}

function finding(code: string, outcome: FindingView['outcome'], problem?: string, remedy?: string): FindingView {
  return {
    code,
    step: 'inspect',
    outcome,
    params: {},
    severity: 'required',
    title: `title of ${code}`,
    ...(problem ? { problem } : {}),
    ...(remedy ? { remedy } : {}),
  };
}
const id = '11111111-1111-4111-8111-111111111111';
const run = {
  id,
  number: 1,
  status: 'rejected',
  workflowId: 'w',
  worker: 'w1',
  createdAt: at(0),
  startedAt: at(0),
  finishedAt: at(134),
  failure: null,
  report: null,
  disk: null,
  steps: [
    {
      step: 'convert',
      status: 'done',
      attempts: 2,
      percent: 100,
      worker: 'w1',
      message: null,
      startedAt: at(0),
      finishedAt: at(80),
    },
  ],
  findings: [finding('good', 'pass'), finding('bad', 'fail', 'It is bad.', 'Mend it.')],
} as const;
const image = {
  id,
  projectId: 'demo',
  name: 'debian',
  status: 'killed',
  settings: { policy: 'enforce' },
  upload: { bucket: 'uploads', key: 'demo/a', size: 1024 },
  diskFormat: null,
  size: null,
  virtualSize: null,
  sha256: null,
  createdAt: at(0),
  updatedAt: at(0),
  published: null,
  activity: { runId: id, run: 1, status: 'rejected', step: null, percent: 0, verdict: 'reject' },
  runs: [run],
  deliveries: [],
} as unknown as ImageDetail;

test('checks come by outcome, the worst first, with problem and advice', () => {
  const findings = [finding('a', 'pass'), finding('b', 'unknown'), finding('c', 'warn'), ...run.findings];
  expect(shown(describeFindings(findings, { all: true }))).toEqual([
    ...['', 'Failed (1)', '  title of bad  inspect', '      It is bad.', '      To do: Mend it.'],
    ...['', 'Warnings (1)', '  title of c  inspect'],
    ...['', 'Not known (1)', '  title of b  inspect'],
    ...['', 'Passed (2)', '  title of a  inspect', '  title of good  inspect'],
  ]);
  expect(shown(describeFindings(findings, { all: false })).slice(-2)).toEqual([
    '',
    '2 checks passed  (--all shows them)',
  ]);
});

test('an image is shown with its steps, attempts and durations', () => {
  const text = shown(imageLines(image, { all: true }));
  expect(text).toContain('debian  rejected');
  expect(text).toContain('upload     uploads/demo/a, 1.0 KiB');
  expect(text).toContain('settings   policy enforce');
  expect(text).toContain('Run 1: rejected, 2 min 14 s');
  expect(text).toContain('  convert    done       1 min 20 s   2 attempts  on w1');
  // What it found counts for more than that it came to its end.
  const inspected = { ...run.steps[0], step: 'inspect', status: 'done' } as const;
  expect(
    shown(imageLines({ ...image, runs: [{ ...(run as unknown as RunView), steps: [inspected] }] }, { all: true })),
  ).toContain('  inspect    1 problem  1 min 20 s   2 attempts  on w1');
});

test('without --all it ends with the next commands, and hides workers and what passed', () => {
  const text = shown(
    imageLines({ ...image, runs: [{ ...run, steps: [{ ...run.steps[0], attempts: 1 }] }] } as unknown as ImageDetail),
  );
  expect(text.join('\n')).not.toMatch(/w1|attempt|title of good/);
  expect(text.slice(-4)).toEqual([
    '1 check passed  (--all shows them)',
    '',
    `"bootready repair ${id} --list" shows what bootready can fix in a new image.`,
    `"bootready retry ${id}" tries it again once the cause is fixed.`,
  ]);
});

test('where it went is shown as steps, with what to do where it did not get there', () => {
  const delivery = { attempts: 1, percent: 50, worker: 'w1', createdAt: at(0), startedAt: at(0), finishedAt: at(80) };
  const failure = { code: 'not-found', message: 'It has no bucket.', remedy: 'Create it.' };
  const text = shown(
    imageLines({
      ...image,
      deliveries: [
        { ...delivery, target: 'backup', status: 'failed', location: null, failure },
        { ...delivery, target: 'cloud', status: 'running', location: null, failure: null },
        { ...delivery, target: 'shelf', status: 'done', location: '/srv/a', failure: null },
      ],
    }),
  );
  const step = (state: string, target: string) =>
    `  deliver    ${state.padEnd(11)}1 min 20 s   1 attempt  to ${target}`;
  expect(text).toEqual(
    expect.arrayContaining([step('failed', 'backup'), step('50 %', 'cloud'), `${step('done', 'shelf')}  /srv/a`]),
  );
  const told = text.indexOf(step('failed', 'backup'));
  expect(text.slice(told + 1, told + 4)).toEqual([
    ...['      It has no bucket.', '      To do: Create it.', `      Then: bootready deliver ${id} --target backup`],
  ]);
});

test('the end of a run tells what did not pass and how to go on', () => {
  const text = shown(endLines(image)).join('\n');
  expect(text).toContain('debian is rejected.');
  expect(text).toContain('Mend it.');
  expect(text).not.toContain('title of good');
  expect(text).toContain(`bootready retry ${id}`);
});

test('the end of a published one tells where it is', () => {
  const published = { bucket: 'images', key: 'sha256/ab', format: 'raw', size: 2048, sha256: 'ab' } as const;
  const text = shown(
    endLines({ ...image, published, sha256: 'ab', runs: [{ ...run, steps: [], findings: [], status: 'published' }] }),
  );
  expect(text).toEqual([
    ...[
      'debian is published.',
      `id         ${id}`,
      'published  images/sha256/ab',
      '           raw, 2.0 KiB',
      'sha256     ab',
    ],
  ]);
});

test.each([
  ['queued', null, 'waiting for upload'],
  ['queued', { status: 'queued' }, 'queued'],
  ['queued', { status: 'cancelled' }, 'cancelled'],
  ['importing', { status: 'running', step: 'convert', percent: 43.9 }, 'converting 43 %'],
  ['importing', { status: 'running', step: 'boot-check', percent: 43.9 }, 'boot test'],
  ['importing', { status: 'running', step: null, percent: 0 }, 'checking'],
  ['killed', { status: 'rejected' }, 'rejected'],
  ['killed', { status: 'failed' }, 'failed'],
  ['active', { status: 'published', verdict: 'publish', boot: 'passed' }, 'active'],
  ['active', { status: 'published', verdict: 'publish', boot: 'off' }, 'active, not started'],
])('status %s with a run %j is shown as "%s"', (status, activity, expected) => {
  const upload = { size: null };
  expect(render(toState({ status, activity, upload, order: null } as unknown as ImageDetail), false)).toBe(expected);
});

test('says that the boot test was switched off', () => {
  const published = { ...(run as unknown as RunView), status: 'published' } as const;
  expect(shown(imageLines({ ...image, runs: [published] }))).toContain('  boot-check switched off');
  expect(shown(imageLines(image)).join()).not.toContain('switched off');
});
