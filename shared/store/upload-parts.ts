import type { UploadedPart } from '../ports/object-store.ts';

/** S3 accepts at most 10,000 parts. Each has at least 5 MiB, except the last (API_UploadPart). */
const MiB = 1024 ** 2;
const smallest = 8 * MiB;

/**
 * Bytes of each part but the last; depends on the size alone, so that an upload can be continued from anywhere.
 * @param least what each part has at least; more where 10,000 of them would not be enough
 */
export function choosePartSize(size: number, least = smallest): number {
  return Math.max(least, Math.ceil(size / 9000 / MiB) * MiB);
}

/** The smallest size that S3 accepts for a part that is not the last. */
const least = 5 * MiB;
const partsOfOneSize = 1000;

/**
 * Bytes of the next part, counted from 1, of a body of unknown length. Parts are small at first, so a small body needs little memory. They double after every
 * thousand parts, so 10,000 parts hold almost 5 TiB, the largest object of S3.
 */
export function growPartSize(partNumber: number): number {
  return least * 2 ** Math.floor((partNumber - 1) / partsOfOneSize);
}

export function countParts(size: number): number {
  return Math.ceil(size / choosePartSize(size));
}

/** The place of a part in the file. */
export function partRange(size: number, partNumber: number): { offset: number; length: number } {
  const partSize = choosePartSize(size);
  const offset = (partNumber - 1) * partSize;
  return { offset, length: Math.min(partSize, size - offset) };
}

/** The numbers of the parts that the store has not, or has with another length. */
export function findMissingParts(size: number, parts: readonly Pick<UploadedPart, 'partNumber' | 'size'>[]): number[] {
  const there = new Map(parts.map((part) => [part.partNumber, part.size]));
  return Array.from({ length: countParts(size) }, (_, index) => index + 1).filter(
    (partNumber) => there.get(partNumber) !== partRange(size, partNumber).length,
  );
}
