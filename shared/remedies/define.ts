import type { Text } from '../checks/define.ts';
import type { GuestFacts } from '../contracts/run.ts';

/**
 * One way to mend a system. `script` is POSIX sh for the guest's own shell, run as root in the guest's tree inside the appliance,
 * where it has no network but, with `needsPackages`, the proxy that $http_proxy names; the whole system is mounted, nothing of
 * it runs. It prints `changed WHAT` for each change and nothing else on that pattern, ends with 0 when all is as it should be,
 * and changes nothing the second time. What it cannot do it tells by `cannot WHY` and ends with another status.
 */
export type Remedy = {
  readonly code: string;
  /** Codes of the findings that it mends. */
  readonly answers: readonly string[];
  readonly appliesTo: (guest: GuestFacts) => boolean;
  /** Systems that it is for, for who chose it for another. */
  readonly systems: Text;
  readonly title: Text;
  /** What it does. */
  readonly plan: Text;
  /** It fetches packages: workers/repair/package-proxy.ts. */
  readonly needsPackages?: true;
  readonly script: string;
};

export const isLinux = ({ osType }: GuestFacts): boolean => osType === 'linux';
export const anyLinux: Text = { en: 'any Linux', de: 'jedes Linux' };
