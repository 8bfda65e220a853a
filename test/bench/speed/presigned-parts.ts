import type { MultipartTarget, ObjectStore } from '../../../shared/ports/object-store.ts';

export type PresignedPart = { partNumber: number; offset: number; length: number; url: string };

const partBytes = 64 * 1024 ** 2;

export function presignedParts(store: ObjectStore, upload: MultipartTarget, size: number): Promise<PresignedPart[]> {
  return Promise.all(
    Array.from({ length: Math.ceil(size / partBytes) }, async (_, index) => {
      const part = { partNumber: index + 1, length: Math.min(partBytes, size - index * partBytes) };
      return { ...part, offset: index * partBytes, url: await store.presignPart(upload, part, 3600) };
    }),
  );
}
