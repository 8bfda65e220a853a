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
  /** The changes that it makes. */
  readonly plan: Text;
};

/**
 * Repairs with the system's own means. `script` is POSIX sh for the guest's own shell. It runs as root in the guest's tree inside the appliance. The whole
 * system is mounted, but nothing of it runs. There is no network, except the proxy in $http_proxy with `needsPackages`. The script prints `changed WHAT` for
 * each change and no other line of this form. It ends with 0 when all is well, and a second run changes nothing. If it cannot do its work, it prints `cannot
 * WHY` and ends with another status.
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

/** The means of an installation that remedies need. */
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
