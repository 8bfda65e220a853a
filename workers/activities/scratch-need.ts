import type { Admission } from '../../shared/contracts/run.ts';
import { decompressedAtMost, writtenAtMost } from '../../shared/formats/expansion.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import type { Need } from '../scratch-room.ts';

/** Compressed disks come to so many times their size as a rule; those that come to more ask again. */
const ordinaryRatio = 10;
const least = 64 * 1024 ** 2;

/**
 * Bytes of scratch space that convert takes: a bound where the disk is known. What is compressed says nothing of itself that could be
 * believed, so that it begins with a guess; it is written twice, decompressed and converted.
 */
export const scratchNeed = (
  { layers, disk }: Admission,
  { upload }: Pick<RunContext, 'upload'>,
  maxVirtualBytes: number,
): Need => {
  if (disk) {
    const bytes = writtenAtMost(disk.allocatedAtMost ?? disk.virtualSize);
    return { bytes, atMost: bytes };
  }
  const size = layers.at(-1)?.size ?? upload.size;
  const twice = (bytes: number): number => 2 * writtenAtMost(Math.min(bytes, maxVirtualBytes));
  return { bytes: twice(size * ordinaryRatio + least), atMost: twice(decompressedAtMost(size)) };
};

/** What the remedies may add: packages, kernels, an initramfs. */
const addedByRemedies = 512 * 1024 ** 2;

/** Bytes that a repair takes: the original's disk again, and what is changed in it. One that was compressed, or grows by more, asks again. */
export const repairNeed = (original: { size: number }, maxVirtualBytes: number): Need => {
  const atMost = writtenAtMost(maxVirtualBytes);
  return { bytes: Math.min(atMost, writtenAtMost(original.size) + addedByRemedies), atMost };
};
