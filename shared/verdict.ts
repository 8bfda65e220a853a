import { checkOf } from './checks/catalogue.ts';
import type { Finding } from './contracts/finding.ts';
import type { Policy } from './contracts/image.ts';
import type { Verdict } from './contracts/run.ts';

/**
 * What the findings come to. A failed safety check rejects always; a failed required check rejects under `enforce`;
 * anything else that is not a pass is a warning, an `unknown` too: we do not refuse what we could not see.
 */
export const decide = (findings: readonly Finding[], policy: Policy): Verdict => {
  const rejects = (finding: Finding): boolean => {
    if (finding.outcome !== 'fail') return false;
    const { severity } = checkOf(finding.code);
    return severity === 'safety' || (severity === 'required' && policy === 'enforce');
  };
  if (findings.some(rejects)) return 'reject';
  return findings.every((finding) => finding.outcome === 'pass') ? 'publish' : 'publish-with-warnings';
};
