import type { Text } from '../checks/text.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Verdict } from '../contracts/run.ts';

/**
 * How the boot test of an ended run went. `off`: it was switched off, and nobody has started the image. `not-reached`: the run was rejected before it.
 * `warned` also when the system could not be started here.
 */
export const bootResults = ['off', 'not-reached', 'passed', 'warned', 'failed'] as const;
export type BootResult = (typeof bootResults)[number];

/** The results that lists filter by. `unknown`: the newest run has no report, or not yet. */
export const listedBootResults = [...bootResults, 'unknown'] as const;
export type ListedBootResult = (typeof listedBootResults)[number];

export const bootResultWords: Readonly<Record<BootResult, Text>> = {
  off: { en: 'switched off: not started', de: 'ausgeschaltet: nicht gestartet' },
  'not-reached': { en: 'not reached', de: 'nicht erreicht' },
  passed: { en: 'passed', de: 'bestanden' },
  warned: { en: 'with warnings', de: 'mit Warnungen' },
  failed: { en: 'failed', de: 'nicht bestanden' },
};

/** The boot test always leaves a finding, so a report without one had none (workers/activities: it is skipped after a rejection, or by policy). */
export function readBootResult({
  verdict,
  findings,
}: {
  verdict: Verdict;
  findings: readonly Pick<Finding, 'step' | 'outcome'>[];
}): BootResult {
  const own = findings.filter(({ step }) => step === 'boot-check');
  if (own.length === 0) return verdict === 'reject' ? 'not-reached' : 'off';
  if (own.some(({ outcome }) => outcome === 'fail')) return 'failed';
  return own.every(({ outcome }) => outcome === 'pass') ? 'passed' : 'warned';
}
