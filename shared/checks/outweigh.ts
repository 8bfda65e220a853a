import type { Finding } from '../contracts/finding.ts';
import { findKeptCheck } from './catalogue.ts';

/**
 * A start of the image counts more than the inspection. If the inspection missed a thing and the start shows that it exists, the failure becomes a warning that
 * says so. An `unknown` becomes a pass, because the start has shown it. Safety findings never change, and neither do findings that the start says nothing
 * about.
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
