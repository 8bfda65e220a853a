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
 * Bytes of scratch space that convert takes: the upload itself, and an upper limit for its disk if one is known. A compressed upload says nothing reliable
 * about its size, so the calculation starts with a guess. Its disk is written twice: decompressed and converted.
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
  // The size that the upload declares can only lower the guess, because most of a disk may be holes. The limit stays, because the upload may lie.
  const guess = Math.min(size * ordinaryRatio + least, declared);
  return { bytes: size + twice(guess), atMost: size + twice(decompressedAtMost(size)) };
}

/** Space that the remedies may add: packages, kernels, an initramfs. */
const addedByRemedies = 512 * 1024 ** 2;

/** Bytes that a repair takes: the original's disk again, and what is changed in it. One that was compressed, or grows by more, asks again. */
export function repairNeed(original: { size: number }, maxVirtualBytes: number): Need {
  const atMost = writtenAtMost(maxVirtualBytes);
  const disk = { bytes: Math.min(atMost, writtenAtMost(original.size) + addedByRemedies), atMost };
  return { bytes: original.size + disk.bytes, atMost: original.size + disk.atMost };
}
