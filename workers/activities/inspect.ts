import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection } from '../../shared/checks/examine.ts';
import { incomplete } from '../../shared/checks/guest/checks.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { machineWrites } from '../../shared/limits/foreign-limits.ts';
import type { ForeignDoor } from '../../shared/ports/foreign.ts';
import type { InstalledPackage } from '../../shared/sbom/purl.ts';
import { inspectInside } from '../inspect/inspect.ts';
import { type Looked, largestInitramfs } from '../inspect/look-contract.ts';
import { ensureAppliance } from '../tools/appliance.ts';
import { withGuestfish } from '../tools/guestfish.ts';
import { kvmWorks } from '../tools/kvm.ts';
import { removeTree } from '../tools/remove-tree.ts';
import type { StepControl } from './step.ts';

export type InspectDeps = {
  cacheDir: string;
  foreign: ForeignDoor;
  /** The time limit of the appliance for all questions together, in seconds. */
  wallSeconds?: number;
};

/** `packages` may be thousands: too many for the history of a workflow. */
export type Inspected = Inspection & { packages: InstalledPackage[] };

export type DiskToInspect = {
  path: string;
  format: 'raw' | 'qcow2';
  scratchDir: string;
  /** Bytes that may be written: by the appliance, and by what unpacks an initramfs. */
  writesAtMost?: number;
  /** A backup is judged by other rules (shared/checks/backup.ts). */
  isBackup?: boolean;
};

/** Splits the space that an inspection has reserved between the two writers, so that neither takes the space of others. */
export function roomOfLook(writesAtMost: number): { appliance: number; initramfs: number } {
  const initramfs = Math.min(largestInitramfs.unpacked, Math.floor(writesAtMost / 3));
  return { appliance: writesAtMost - initramfs, initramfs };
}

/**
 * Inspects the converted disk with one start of the appliance, which does not write to the disk. A disk that keeps the appliance busy until the time limit, or
 * fills its memory, would do so again. So the only finding is that the disk could not be inspected.
 */
export async function inspectDisk(
  { cacheDir, foreign, wallSeconds }: InspectDeps,
  { path, format, scratchDir, writesAtMost = machineWrites.inspect.most, isBackup = false }: DiskToInspect,
  { signal, progress }: StepControl,
): Promise<Inspected> {
  const appliance = await ensureAppliance(cacheDir, signal);
  const room = roomOfLook(writesAtMost);
  const hostDir = join(scratchDir, 'inspect');
  const outputDir = join(hostDir, 'out');
  await removeTree(hostDir);
  await mkdir(outputDir, { recursive: true });
  try {
    progress(5);
    const { facts, findings, packages } = await withGuestfish(
      {
        disk: { path, format },
        writesAtMost: room.appliance,
        outputDir,
        appliance,
        signal,
        ...(wallSeconds ? { wallSeconds } : {}),
      },
      (asked) =>
        inspectInside(foreign, asked, {
          isBackup,
          outputDir,
          hostDir,
          unpacksAtMost: room.initramfs,
          signal,
          progress,
        }),
    ).catch((error: unknown): Looked => {
      if (signal.aborted || !isBootreadyError(error) || error.code !== 'tool-killed') throw error;
      return { facts: {}, findings: incomplete(['all']), packages: [] };
    });
    return {
      packages,
      guest: facts,
      findings,
      tools: { libguestfs: appliance.split('appliance-').pop() ?? '', accelerator: (await kvmWorks()) ? 'kvm' : 'tcg' },
    };
  } finally {
    await removeTree(hostDir);
  }
}
