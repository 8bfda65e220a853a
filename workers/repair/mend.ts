import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { foreignHeapBytes, foreignLimits } from '../../shared/limits/foreign-limits.ts';
import { type ForeignDoor, foreignTask } from '../../shared/ports/foreign.ts';
import { isScript, type Remedy } from '../../shared/remedies/define.ts';
import type { StepControl } from '../activities/step.ts';
import { ensureAppliance } from '../tools/appliance.ts';
import { gateway, withGuestfish } from '../tools/guestfish.ts';
import { mergeIntoHive } from '../tools/hivexregedit.ts';
import { removeTree } from '../tools/remove-tree.ts';
import { makeRepairError } from './failed.ts';
import type { MergeIntoHive } from './mend-contract.ts';
import { publicPackageHosts, startPackageProxy } from './package-proxy.ts';
import { openDriverPlace } from './windows/driver-place.ts';

export const mendTask = foreignTask<typeof import('./mend-task.ts').mend>(
  import.meta.url,
  './mend-task.ts',
  'mend',
  foreignLimits.mend,
);

export type MendDeps = {
  cacheDir: string;
  foreign: ForeignDoor;
  /** Those that the operator names instead of the distributions' own, and so may be anywhere. */
  packageHosts: readonly string[];
  /** virtio-win: its ISO image or its folder. */
  virtioWin?: string | undefined;
};

export type MendInput = {
  disk: { path: string; format: 'raw' | 'qcow2'; virtualSize: number };
  remedies: readonly Remedy[];
  scratchDir: string;
};

/**
 * Changes the disk with the remedies, one after the other, in one start of the appliance. There is no network, unless a remedy needs packages. A failed repair
 * spoils the disk: the caller makes it again for another attempt.
 * @throws BootreadyError `conflict`, with the remedy that failed and the reason; `tool-failed`, `tool-killed`
 */
export async function mendDisk(
  { cacheDir, foreign, packageHosts, virtioWin }: MendDeps,
  { disk, remedies, scratchDir }: MendInput,
  { signal, progress }: StepControl,
): Promise<RepairChange[]> {
  const appliance = await ensureAppliance(cacheDir, signal);
  const outputDir = join(scratchDir, 'mend');
  await removeTree(outputDir);
  await mkdir(outputDir);
  // A qcow2 may grow beyond its disk by its tables.
  const writableBytes = disk.virtualSize * 1.02 + 64 * 1024 ** 2;
  const drivers = remedies.every(isScript) ? undefined : await openDriverPlace(virtioWin);
  const proxy = remedies.some((remedy) => isScript(remedy) && remedy.needsPackages)
    ? await startPackageProxy(
        packageHosts.length > 0
          ? { hosts: packageHosts, toPrivateAddresses: true }
          : { hosts: publicPackageHosts, toPrivateAddresses: false },
      )
    : undefined;
  try {
    const proxySocket = proxy?.socket;
    const options = { disk, writableBytes, proxySocket, outputDir, appliance, signal, ...drivers?.options };
    const input = {
      chosen: remedies.map(({ code }) => code),
      drivers: drivers?.place,
      proxyUrl: `http://${gateway}:3128`,
    };
    return await withGuestfish(options, async (ask) => {
      const helpers = {
        ask,
        mergeIntoHive: createMerge(outputDir, signal),
        refusedHosts: async () => [...(proxy?.refused ?? [])],
        progress: async (percent: number) => progress(percent),
      };
      const mended = await foreign.run(mendTask, input, helpers, signal);
      if (mended.state === 'exceeded') throw beyondBounds(mended.part, mended.limit);
      if ('refused' in mended.value) throw new BootreadyError(mended.value.refused);
      return mended.value.changes;
    });
  } finally {
    await proxy?.close();
    await removeTree(outputDir);
  }
}

/** hivexregedit on a hive that guestfish has put into the folder. */
function createMerge(outputDir: string, signal: AbortSignal): MergeIntoHive {
  return async (hive, edits) => {
    try {
      await mergeIntoHive(outputDir, hive, edits, signal);
      return undefined;
    } catch (error) {
      if (!isBootreadyError(error) || error.code !== 'tool-failed') throw error;
      return String(error.context.stderr);
    }
  };
}

function beyondBounds(part = 'the system', limit: string): BootreadyError {
  return makeRepairError(
    `The output of the system (${part}) could not be parsed: that takes more than ${foreignLimits.mend.partSeconds} seconds of processor time or ${foreignHeapBytes / 1024 ** 2} MiB of memory.`,
    { limit },
  );
}
