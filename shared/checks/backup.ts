import type { Finding } from '../contracts/finding.ts';
import { isOfIdentity } from './guest/identity.ts';

/**
 * Checks of whether a new instance gets its name, keys and network. The instance of a backup has them on its disk already: its system starts without cloud-init
 * too.
 */
const settingsOfInstances: ReadonlySet<string> = new Set([
  'cloud-init-installed',
  'cloud-init-enabled',
  'cloud-init-datasources',
  'windows-cloudbase-init',
  'windows-cloudbase-init-starts',
  'boot-cloud-init-failed',
  'boot-cloud-init-silent',
  'boot-seed-ignored',
  'boot-seed-applied',
]);

/**
 * The findings of a backup. It brings one instance back, so its identity is not judged, and what only new instances need is a warning. A backup that is
 * refused for such a reason would be missing when it is needed.
 */
export function judgeAsBackup(findings: readonly Finding[]): Finding[] {
  return findings
    .filter(({ code }) => !isOfIdentity(code))
    .map((each) =>
      each.outcome === 'fail' && settingsOfInstances.has(each.code) ? { ...each, outcome: 'warn' as const } : each,
    );
}
