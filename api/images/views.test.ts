import { expect, test } from 'vitest';
import type { Run, RunStep } from '../../shared/ports/images.ts';
import { someReport } from '../../test/support/samples.ts';
import { toRunView } from './views.ts';

const names = { imageId: 'i', runId: 'r' };
const run = { id: 'r', number: 1, status: 'running', createdAt: new Date(), report: null } as Partial<Run> as Run;
function step(name: RunStep['step'], found?: RunStep['found']): RunStep {
  return {
    step: name,
    status: found ? 'done' : 'running',
    attempts: 1,
    percent: 0,
    worker: 'w',
    message: null,
    startedAt: new Date(),
    finishedAt: null,
    found,
  };
}
const disk = { format: 'qcow2', variant: 'v3', virtualSize: 1024 } as const;
function finding(code: string, of: RunStep['step']) {
  return { code, step: of, outcome: 'pass', params: {} } as const;
}
const asOwner = { language: 'en', viewer: 'owner' } as const;

test('until there is a report, a run shows what its steps have found', () => {
  const first = [step('admit', { findings: [finding('format', 'admit')], disk }), step('convert')];
  const early = toRunView(run, first, asOwner);
  expect(early).toMatchObject({ report: null, disk, findings: [{ code: 'format' }] });
  expect(early.steps[0]).not.toHaveProperty('found');
  const more = [...first, step('inspect', { findings: [finding('virtio', 'inspect')] })];
  expect(toRunView(run, more, asOwner).findings.map(({ code }) => code)).toEqual(['format', 'virtio']);
  expect(toRunView(run, [step('admit')], asOwner)).toMatchObject({ disk: null, findings: [] });
});

test('once there is one, the report says all', () => {
  const report = { ...someReport(names, 'publish'), findings: [finding('virtio', 'inspect')] };
  const shown = toRunView(
    { ...run, report },
    [step('admit', { findings: [finding('format', 'admit')], disk })],
    asOwner,
  );
  expect(shown.findings.map(({ code }) => code)).toEqual(['virtio']);
  expect(shown.disk).toEqual(report.disk ?? null);
});

test('a step that runs shows how long it usually takes, to its owner; one that has ended does not', () => {
  const usual = { inspect: { from: 20, to: 40 }, admit: { from: 1, to: 2 } };
  const steps = [step('admit', { findings: [] }), step('inspect')];
  const [admit, inspect] = toRunView(run, steps, { ...asOwner, usual }).steps;
  expect(admit?.usualSeconds).toBeNull();
  expect(inspect?.usualSeconds).toEqual(usual.inspect);
  const [, shownToOthers] = toRunView(run, steps, { language: 'en', viewer: 'other', usual }).steps;
  expect(shownToOthers?.usualSeconds).toBeNull();
});
