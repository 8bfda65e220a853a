import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { guestFindings } from '../../shared/checks/guest/checks.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import type { Inspection } from '../../workflows/activities.ts';
import { lookInside } from '../inspect/look.ts';
import { ensureAppliance } from '../tools/appliance.ts';
import { withGuestfish } from '../tools/guestfish.ts';
import { kvmWorks } from '../tools/kvm.ts';
import type { StepControl } from './step.ts';

export type InspectDeps = { cacheDir: string };

/** `packages` may be thousands: too many for the history of a workflow. */
export type Inspected = Inspection & { packages: InstalledPackage[] };

/** What is inside, from one start of the appliance on the converted disk, which is not written to. */
export const inspectDisk = async (
  { cacheDir }: InspectDeps,
  { path, format, scratchDir }: { path: string; format: 'raw' | 'qcow2'; scratchDir: string },
  { signal, progress }: StepControl,
): Promise<Inspected> => {
  const appliance = await ensureAppliance(cacheDir, signal);
  const outputDir = join(scratchDir, 'inspect');
  await rm(outputDir, { recursive: true, force: true });
  await mkdir(outputDir);
  try {
    progress(5);
    const { view, packages } = await withGuestfish(
      { disk: { path, format }, outputDir, appliance, signal },
      (guestfish) => lookInside({ guestfish, outputDir, signal, progress }),
    );
    return {
      packages,
      guest: view.facts,
      findings: guestFindings(view),
      tools: { libguestfs: appliance.split('appliance-').pop() ?? '', accelerator: (await kvmWorks()) ? 'kvm' : 'tcg' },
    };
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
};
