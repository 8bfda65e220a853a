import fc from 'fast-check';
import { expect, test } from 'vitest';
import { becomes } from './cases/becomes.ts';
import { disk, linux, windows } from './cases/case.ts';
import { cloning } from './cases/cloning.ts';
import { starts } from './cases/starts.ts';
import { onWindows } from './cases/windows.ts';
import { guestChecks, guestFindings } from './checks.ts';
import { toUnseen } from './unseen.ts';

const cases = [...starts, ...becomes, ...cloning, ...onWindows];

test.each(cases)('%s, case %#', (code, view, outcome, params = {}) => {
  const finding = guestFindings(view).find((each) => each.code === code);
  expect(finding).toMatchObject({ outcome, params });
});

test.each(guestChecks.map(({ code }) => code))('%s has a case that passes and one that does not', (code) => {
  const outcomes = cases.filter(([each]) => each === code).map(([, , outcome]) => outcome);
  expect(outcomes).toContain('pass');
  expect(outcomes.filter((outcome) => outcome === 'warn' || outcome === 'fail')).not.toEqual([]);
});

test('no line of a guest makes a check throw', () => {
  const words = [
    'UUID=',
    'LABEL="',
    '/dev/mapper/',
    '/dev/disk/by-uuid/',
    '\\040',
    '\\x',
    'root=',
    'swap',
    'nfs',
    'constructor',
    ',',
    ' ',
  ];
  const line = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 })), { maxLength: 12 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), line, (fstab, commandLine) => {
      const view = linux({ startup: { fstab, kernelLines: [commandLine] }, boot: { entry: toUnseen('boot-entry') } });
      expect(guestFindings(view).length).toBeGreaterThan(20);
    }),
  );
});

test('a prepared image passes all that applies to it, and nothing else is said of it', () => {
  const findings = guestFindings(disk());
  expect(findings.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  // GRUB starts no partition's boot sector.
  const elsewhere = ['boot-active-partition'];
  expect(findings.map(({ code }) => code)).toEqual(
    guestChecks
      .filter(({ appliesTo, code }) => appliesTo !== 'windows' && !elsewhere.includes(code))
      .map(({ code }) => code),
  );
  const applied = new Set(guestFindings(windows()).map(({ code }) => code));
  expect(guestChecks.filter(({ code, appliesTo }) => appliesTo === 'linux' && applied.has(code))).toEqual([]);
});

test('a prepared Windows passes all that applies to it, too', () => {
  const findings = guestFindings(windows());
  expect(findings.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  const own = guestChecks.filter(({ appliesTo }) => appliesTo === 'windows').map(({ code }) => code);
  expect(findings.map(({ code }) => code).filter((code) => own.includes(code))).toEqual(own);
});
