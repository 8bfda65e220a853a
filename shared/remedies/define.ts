import type { Text } from '../checks/define.ts';
import type { GuestFacts } from '../contracts/run.ts';

type Words = {
  readonly code: string;
  /** Codes of the findings that it repairs. */
  readonly answers: readonly string[];
  readonly appliesTo: (guest: GuestFacts) => boolean;
  /** Systems that it is for, for who chose it for another. */
  readonly systems: Text;
  readonly title: Text;
  /** What it does. */
  readonly plan: Text;
};

/**
 * Repairs by the system's own means. `script` is POSIX sh for the guest's own shell, run as root in the guest's tree inside the appliance,
 * where it has no network but, with `needsPackages`, the proxy that $http_proxy names; the whole system is mounted, nothing of
 * it runs. It prints `changed WHAT` for each change and nothing else on that pattern, ends with 0 when all is as it should be,
 * and changes nothing the second time. What it cannot do it tells by `cannot WHY` and ends with another status.
 */
export type ScriptRemedy = Words & {
  /** It fetches packages: workers/repair/package-proxy.ts. */
  readonly needsPackages?: true;
  readonly script: string;
};

/** Brings drivers into a system that has no shell of ours: workers/repair/windows. */
export type DriverRemedy = Words & { readonly drivers: 'virtio-win' };

/** One way to repair a system. */
export type Remedy = ScriptRemedy | DriverRemedy;

export function isScript(remedy: Remedy): remedy is ScriptRemedy {
  return 'script' in remedy;
}

/** What an installation has of that which remedies need. */
export type RepairMeans = { readonly virtioWin: boolean };

/** Why a remedy cannot be done in an installation; undefined where it can. */
export function whyUnavailable(remedy: Remedy, { virtioWin }: RepairMeans): Text | undefined {
  return isScript(remedy) || virtioWin
    ? undefined
    : {
        en: 'This installation has no virtio-win: its operator must set VIRTIO_WIN to the path of the ISO image or of its unpacked folder.',
        de: 'Diese Installation hat kein virtio-win: Ihr Betreiber muss VIRTIO_WIN auf den Pfad des ISO-Images oder des entpackten Ordners setzen.',
      };
}

export function isLinux({ osType }: GuestFacts): boolean {
  return osType === 'linux';
}
export const anyLinux: Text = { en: 'any Linux', de: 'jedes Linux' };
