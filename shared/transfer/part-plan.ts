import type { UploadSession } from '../contracts/api.ts';

/** One part of a file. */
export type Part = { partNumber: number; offset: number; length: number };
/** One that the store has, by the name that it gives it; `md5` where that is one. */
export type StoredPart = Part & { etag: string; md5: string | undefined };

/** S3 makes a part's ETag its MD5, but not with every kind of encryption (API_Object); other stores may do otherwise too. */
export function readMd5(etag: string | undefined): string | undefined {
  return /^"?([0-9a-f]{32})"?$/i.exec(etag ?? '')?.[1]?.toLowerCase();
}

/** Splits a file into the parts that the store has, which need a check, and the parts to send. A part whose length is not ours is sent again. */
export function planParts({
  size,
  partSize,
  partCount,
  parts,
}: Pick<UploadSession, 'size' | 'partSize' | 'partCount' | 'parts'>): { stored: StoredPart[]; missing: Part[] } {
  const there = new Map(parts.map((part) => [part.partNumber, part]));
  const stored: StoredPart[] = [];
  const missing: Part[] = [];
  for (let partNumber = 1; partNumber <= partCount; partNumber++) {
    const offset = (partNumber - 1) * partSize;
    const part = { partNumber, offset, length: Math.min(partSize, size - offset) };
    const known = there.get(partNumber);
    if (known?.size === part.length) stored.push({ ...part, etag: known.etag, md5: readMd5(known.etag) });
    else missing.push(part);
  }
  return { stored, missing };
}
