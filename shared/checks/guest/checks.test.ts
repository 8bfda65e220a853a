import { expect, test } from 'vitest';
import { becomes } from './cases/becomes.ts';
import { disk, windows } from './cases/case.ts';
import { cloning } from './cases/cloning.ts';
import { starts } from './cases/starts.ts';
import { onWindows } from './cases/windows.ts';
import { guestChecks, guestFindings } from './checks.ts';

const cases = [...starts, ...becomes, ...cloning, ...onWindows];

test.each(cases)('%s, case %#', (code, view, outcome, params = {}) => {
  const finding = guestFindings(view).find((each) => each.code === code);
  expect(finding).toMatchObject({ outcome, params });
});

/** Whether Windows' drivers start at boot cannot be told yet. */
const judged = guestChecks.map(({ code }) => code).filter((code) => code !== 'windows-virtio');

test.each(judged)('%s has a case that passes and one that does not', (code) => {
  const outcomes = cases.filter(([each]) => each === code).map(([, , outcome]) => outcome);
  expect(outcomes).toContain('pass');
  expect(outcomes.filter((outcome) => outcome === 'warn' || outcome === 'fail')).not.toEqual([]);
});

test('a prepared image passes all that applies to it, and nothing else is said of it', () => {
  const findings = guestFindings(disk());
  expect(findings.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  expect(findings.map(({ code }) => code)).toEqual(
    guestChecks.filter(({ appliesTo }) => appliesTo !== 'windows').map(({ code }) => code),
  );
  const applied = new Set(guestFindings(windows()).map(({ code }) => code));
  expect(guestChecks.filter(({ code, appliesTo }) => appliesTo === 'linux' && applied.has(code))).toEqual([]);
});
