import { expect, test } from 'vitest';
import type { FindingView, ImageDetail, RunView } from '../../shared/contracts/api.ts';
import { describeImage } from './report.ts';

const run = {
  id: 'a',
  number: 1,
  status: 'rejected',
  workflowId: 'w',
  worker: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  finishedAt: null,
  steps: [],
  failure: null,
  report: null,
  disk: null,
  findings: [],
} satisfies RunView;

function finding(outcome: FindingView['outcome'], title: string): FindingView {
  return {
    code: 'format',
    step: 'inspect',
    outcome,
    params: {},
    severity: 'required',
    title,
    ...(outcome === 'pass' ? {} : { problem: `${title} is wrong.`, remedy: `Mend ${title}.` }),
  };
}

function image(newest: RunView, published: ImageDetail['published'] = null): ImageDetail {
  return { published, runs: [newest] } as unknown as ImageDetail;
}

test('a rejected image: findings by outcome, with advice for those that did not pass', () => {
  const findings = [finding('fail', 'cloud-init'), finding('pass', 'Format'), finding('warn', 'Size')];
  expect(describeImage(image({ ...run, findings }))).toBe(`  1 check passed
  Warnings:
    Size: Size is wrong.
      Mend Size.
  Failed:
    cloud-init: cloud-init is wrong.
      Mend cloud-init.
  Not published: the run was rejected.`);
});

test('a published image: where it is, how large, and its hash', () => {
  const published = { bucket: 'images', key: 'demo/x.raw', format: 'raw', size: 1_048_576_000, sha256: 'ab' } as const;
  expect(describeImage(image({ ...run, status: 'published' }, published))).toBe(`  Published: images/demo/x.raw
  Format:    raw, 1000 MiB
  SHA-256:   ab`);
});

test('a failed run: why, and what to do', () => {
  const failure = { code: 'scratch-full', message: 'The disk is full.', remedy: 'Free some space.' };
  expect(describeImage(image({ ...run, status: 'failed', failure }))).toBe(`  Not published: The disk is full.
    Free some space.`);
});
