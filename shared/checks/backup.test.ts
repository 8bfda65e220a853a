import { expect, test } from 'vitest';
import type { Finding } from '../contracts/finding.ts';
import { judgeAsBackup } from './backup.ts';
import { catalogue } from './catalogue.ts';
import { decide } from './verdict.ts';

/** Every check of the catalogue, failed. */
const failed: Finding[] = Object.keys(catalogue).map((code) => ({
  code,
  step: code.startsWith('boot-') ? 'boot-check' : 'inspect',
  outcome: 'fail',
  params: {},
}));

test('what only new instances need does not refuse a backup, and identity is not judged', () => {
  const judged = judgeAsBackup(failed);
  expect(judged.filter(({ outcome }) => outcome === 'warn').map(({ code }) => code)).toEqual(
    expect.arrayContaining(['cloud-init-installed', 'windows-cloudbase-init', 'boot-cloud-init-silent']),
  );
  expect(judged.map(({ code }) => code)).not.toContain('clone-machine-id');
  for (const each of judged.filter(({ outcome }) => outcome === 'warn')) {
    expect(decide([each], 'enforce'), each.code).toBe('publish-with-warnings');
    expect(catalogue, each.code).toHaveProperty(each.code);
  }
});

test('what keeps a system from starting, and what is unsafe, refuses a backup as well', () => {
  const rejected = judgeAsBackup(failed).filter((each) => decide([each], 'enforce') === 'reject');
  expect(rejected.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['boot-kernel-panic', 'boot-no-root-device', 'virtio-block-initramfs', 'ambiguous']),
  );
});

test('all other findings stay as they are', () => {
  const others: Finding[] = ['pass', 'warn', 'unknown'].flatMap((outcome) =>
    ['cloud-init-installed', 'boot-seed-ignored', 'kernel-entry'].map((code) => ({
      code,
      step: 'inspect' as const,
      outcome: outcome as Finding['outcome'],
      params: {},
    })),
  );
  expect(judgeAsBackup(others)).toEqual(others);
});
