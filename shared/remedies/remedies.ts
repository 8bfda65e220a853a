import type { Finding } from '../contracts/finding.ts';
import type { GuestFacts } from '../contracts/run.ts';
import { cleanForCloning } from './clean-for-cloning.ts';
import { type Remedy, type RepairMeans, whyUnavailable } from './define.ts';
import { dhcpNetwork } from './dhcp-network.ts';
import { fstabByUuid } from './fstab-by-uuid.ts';
import { injectVirtioWindows } from './inject-virtio-windows.ts';
import { installCloudInit } from './install-cloud-init.ts';
import { removeForeignTools } from './remove-foreign-tools.ts';
import { serialConsoleRemedy } from './serial-console.ts';
import { virtioInInitramfs } from './virtio-in-initramfs.ts';

/** Every remedy, in the order in which they are done: what writes logs comes before what removes them. */
export const remedies: readonly Remedy[] = [
  removeForeignTools,
  fstabByUuid,
  serialConsoleRemedy,
  installCloudInit,
  dhcpNetwork,
  virtioInInitramfs,
  cleanForCloning,
  injectVirtioWindows,
];

export function findRemedy(code: string): Remedy | undefined {
  return remedies.find((remedy) => remedy.code === code);
}

/** The remedies for the found problems that work with these means, in the order in which they run. */
export function remediesFor(
  findings: readonly Finding[],
  guest: GuestFacts,
  means: RepairMeans = { virtioWin: false },
): Remedy[] {
  const troubled = new Set(
    findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn').map(({ code }) => code),
  );
  return remedies.filter(
    (remedy) =>
      remedy.appliesTo(guest) &&
      remedy.answers.some((code) => troubled.has(code)) &&
      whyUnavailable(remedy, means) === undefined,
  );
}
