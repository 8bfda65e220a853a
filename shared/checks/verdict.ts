import type { Finding, Outcome } from '../contracts/finding.ts';
import type { Policy } from '../contracts/image.ts';
import type { Verdict } from '../contracts/run.ts';
import { catalogue, findCheck } from './catalogue.ts';
import type { CheckDefinition } from './define.ts';

/** Whether this finding alone rejects: a failed safety check always does, a failed required check under `enforce`. */
export function rejects({ code, outcome }: Finding, policy: Policy): boolean {
  return isRejection({ outcome, severity: findCheck(code).severity }, policy);
}

/** The same for a finding whose severity is known, as for findings of kept reports (checks/finding-view.ts). */
export function isRejection(
  { outcome, severity }: { outcome: Outcome; severity: CheckDefinition['severity'] },
  policy: Policy,
): boolean {
  return outcome === 'fail' && (severity === 'safety' || (severity === 'required' && policy === 'enforce'));
}

/**
 * The verdict of the findings. A finding that neither rejects nor passes is a warning, and so is `unknown`: we do not refuse an image because of facts that we
 * could not see.
 */
export function decide(findings: readonly Finding[], policy: Policy): Verdict {
  if (findings.some((finding) => rejects(finding, policy))) return 'reject';
  return findings.every((finding) => finding.outcome === 'pass') ? 'publish' : 'publish-with-warnings';
}

/** Findings that make a disk useless, but endanger nobody who uses it as the raw bytes that it is declared to be. */
const harmless = new Set(['unrecognised', 'too-small']);

/** Whether these checks found nothing against serving bytes unchanged. A fact that could not be seen counts as unsafe. */
export function findsNothingUnsafe(findings: readonly Finding[]): boolean {
  return findings.every(({ code, outcome }) => outcome === 'pass' || outcome === 'warn' || harmless.has(code));
}

/** Whether bytes that are served unchanged must not be: a safety check failed, and not just because nothing is in them. */
export function isUnsafeToServe(findings: readonly Finding[]): boolean {
  return findings.some(
    ({ code, outcome }) => outcome === 'fail' && catalogue[code]?.severity === 'safety' && !harmless.has(code),
  );
}
