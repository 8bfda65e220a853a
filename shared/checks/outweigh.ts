import type { Finding } from '../contracts/finding.ts';
import { findKeptCheck } from './catalogue.ts';

/**
 * A start counts for more than a look from outside. What the look found missing and the start shows to be there is a warning that says so; what it could
 * not see has been seen. Safety is not softened, and nothing that the start does not show.
 */
export function outweigh(findings: readonly Finding[]): Finding[] {
  const passed = new Set(
    findings.filter(({ step, outcome }) => step === 'boot-check' && outcome === 'pass').map(({ code }) => code),
  );
  return findings.map((finding) => {
    const { shownBy: signs = [], severity } = findKeptCheck(finding.code);
    const shownBy = signs.find((code) => passed.has(code));
    if (finding.step !== 'inspect' || severity === 'safety' || shownBy === undefined) return finding;
    const params = { ...finding.params, shownBy };
    if (finding.outcome === 'unknown') return { ...finding, outcome: 'pass', params: { shownBy } };
    return finding.outcome === 'fail' ? { ...finding, outcome: 'warn', params } : finding;
  });
}
