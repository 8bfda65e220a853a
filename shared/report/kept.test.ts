import { describe, expect, test } from 'vitest';
import { someReport } from '../../test/support/samples.ts';
import { toFindingView } from '../checks/finding-view.ts';
import type { Finding } from '../contracts/finding.ts';
import { readKeptReport } from './kept.ts';

const id = '6f1c2f0e-6f1c-4f0e-8f1c-6f1c2f0e6f1c';
const finding: Finding = { code: 'virtio-block-initramfs', step: 'inspect', outcome: 'fail', params: {} };
const report = someReport({ imageId: id, runId: id }, 'reject', { findings: [finding], guest: { osName: 'Debian' } });

describe('reports of other versions', () => {
  test('that have the shape of ours stay as they are', () => {
    expect(readKeptReport(report)).toEqual(report);
  });

  test('lose what does not have it, and nothing else', () => {
    const strange = { ...finding, step: 'weigh' };
    const boot = { firmware: 'coreboot' };
    expect(readKeptReport({ ...report, boot, findings: [strange, finding], added: 1 })).toEqual(report);
  });

  test.each([[null], ['text'], [{}], [{ ...report, verdict: 'perhaps' }]])(
    'are none without what all have: %j',
    (kept) => {
      expect(readKeptReport(kept)).toBeNull();
    },
  );

  test.each(['made-by-tomorrow', 'constructor'])('a check that is not known has words too: %s', (code) => {
    const { severity, title, problem } = toFindingView({ ...finding, code }, 'en');
    expect({ severity, title }).toEqual({ severity: 'advice', title: `Check "${code}"` });
    expect(problem).toContain('does not know it');
  });
});
