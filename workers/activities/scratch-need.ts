import type { TargetFormat } from '../../shared/contracts/image.ts';
import type { Admission } from '../../shared/contracts/run.ts';
import { decompressedAtMost, writtenAtMost } from '../../shared/formats/expansion.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import type { Need } from '../scratch-room.ts';
import { staysAsItIs } from './convert.ts';

/** Compressed disks come to so many times their size as a rule; those that come to more ask again. */
const ordinaryRatio = 10;
const least = 64 * 1024 ** 2;

/**
 * Bytes of scratch space that convert takes: the upload itself, and a bound of its disk where that is known. What is compressed says nothing of itself
 * that could be relied on, so that it begins with a guess; its disk is written twice, decompressed and converted.
 */
export function scratchNeed(
  { layers, disk }: Admission,
  { upload }: Pick<RunContext, 'upload'>,
  { maxVirtualBytes, target }: { maxVirtualBytes: number; target: TargetFormat },
): Need {
  const { size = upload.size, declared = Number.POSITIVE_INFINITY } = layers.at(-1) ?? {};
  if (disk) {
    const written = writtenAtMost(disk.allocatedAtMost ?? disk.virtualSize);
    const bytes = staysAsItIs(target, disk, size) ? written : size + written;
    return { bytes, atMost: bytes };
  }
  const twice = (bytes: number): number => 2 * writtenAtMost(Math.min(bytes, maxVirtualBytes));
  // What it says of itself makes the guess smaller and never larger: most of a disk may be holes. The bound stays, because it may lie.
  const guess = Math.min(size * ordinaryRatio + least, declared);
  return { bytes: size + twice(guess), atMost: size + twice(decompressedAtMost(size)) };
}

/** What the remedies may add: packages, kernels, an initramfs. */
const addedByRemedies = 512 * 1024 ** 2;

/** Bytes that a repair takes: the original's disk again, and what is changed in it. One that was compressed, or grows by more, asks again. */
export function repairNeed(original: { size: number }, maxVirtualBytes: number): Need {
  const atMost = writtenAtMost(maxVirtualBytes);
  const disk = { bytes: Math.min(atMost, writtenAtMost(original.size) + addedByRemedies), atMost };
  return { bytes: original.size + disk.bytes, atMost: original.size + disk.atMost };
}
