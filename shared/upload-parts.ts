import type { UploadedPart } from './ports/object-store.ts';

/** S3 takes at most 10,000 parts, of at least 5 MiB but the last (API_UploadPart). */
const MiB = 1024 ** 2;
const smallest = 8 * MiB;

/** Bytes of each part but the last; depends on the size alone, so that an upload can be continued from anywhere. */
export const partSizeOf = (size: number): number => Math.max(smallest, Math.ceil(size / 9000 / MiB) * MiB);

export const partCountOf = (size: number): number => Math.ceil(size / partSizeOf(size));

/** Where a part lies in the file. */
export const partRange = (size: number, partNumber: number): { offset: number; length: number } => {
  const partSize = partSizeOf(size);
  const offset = (partNumber - 1) * partSize;
  return { offset, length: Math.min(partSize, size - offset) };
};

/** The numbers of the parts that the store has not, or has with another length. */
export const missingParts = (size: number, parts: readonly Pick<UploadedPart, 'partNumber' | 'size'>[]): number[] => {
  const there = new Map(parts.map((part) => [part.partNumber, part.size]));
  return Array.from({ length: partCountOf(size) }, (_, index) => index + 1).filter(
    (partNumber) => there.get(partNumber) !== partRange(size, partNumber).length,
  );
};
