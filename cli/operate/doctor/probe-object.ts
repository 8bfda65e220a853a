import { randomUUID } from 'node:crypto';
import { probePrefix } from '../../../shared/events/probe.ts';
import type { MultipartTarget, ObjectInfo, ObjectStore, UploadedPart } from '../../../shared/ports/object-store.ts';

export function probeKey(): string {
  return `${probePrefix}${randomUUID()}`;
}

/** Small, and of more than one byte value. */
export const probeBody = Buffer.from('A probe of "bootready doctor"; it may be removed.\n');

/** Writes an object as the product writes all its objects: in parts. The caller removes it. */
export async function putProbe(store: ObjectStore, bucket: string): Promise<ObjectInfo> {
  const key = probeKey();
  await withMultipart(store, { bucket, key }, async (target) => {
    const part = await store.putPart(target, 1, probeBody);
    await store.completeMultipart(target, [part]);
    return [part];
  });
  const object = await store.head(bucket, key);
  if (!object) throw new Error('a written object cannot be found');
  return object;
}

/** An upload in parts that leaves nothing behind when it fails. */
export async function withMultipart(
  store: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
  work: (target: MultipartTarget) => Promise<UploadedPart[]>,
): Promise<UploadedPart[]> {
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  try {
    return await work(target);
  } catch (error) {
    await store.abortMultipart(target).catch(() => undefined);
    throw error;
  }
}
