import type { TargetFormat } from '../../shared/contracts/image.ts';
import type { Admission } from '../../shared/contracts/run.ts';
import { boundDeflated, boundWritten } from '../../shared/formats/expansion.ts';
import type { RunContext } from '../../shared/ports/runs.ts';
import type { Need } from '../scratch-room.ts';
import { staysAsItIs } from './convert.ts';

/** A compressed disk usually unpacks to at most ten times its size; a larger one asks for room again. */
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
    const written = boundWritten(disk.allocatedAtMost ?? disk.virtualSize);
    const bytes = staysAsItIs(target, disk, size) ? written : size + written;
    return { bytes, atMost: bytes };
  }
  const twice = (bytes: number): number => 2 * boundWritten(Math.min(bytes, maxVirtualBytes));
  // The size that the upload declares can only lower the guess, because most of a disk may be holes. The limit stays, because the upload may lie.
  const guess = Math.min(size * ordinaryRatio + least, declared);
  return { bytes: size + twice(guess), atMost: size + twice(boundDeflated(size)) };
}

/** Space that the remedies may add: packages, kernels, an initramfs. */
const addedByRemedies = 512 * 1024 ** 2;

/** Bytes that a repair takes: the original's disk again, and its changes. If the original was compressed, or grows by more, the repair asks for room again. */
export function repairNeed(original: { size: number }, maxVirtualBytes: number): Need {
  const atMost = boundWritten(maxVirtualBytes);
  const disk = { bytes: Math.min(atMost, boundWritten(original.size) + addedByRemedies), atMost };
  return { bytes: original.size + disk.bytes, atMost: original.size + disk.atMost };
}
