import type { ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';

/** An object of zeros, as long as a part. The store copies all parts that contain only zeros from it. It is made when it is first needed. */
export async function zerosObject(
  store: Pick<ObjectStore, 'head' | 'put'>,
  bucket: string,
  zeros: Buffer,
): Promise<ObjectPin | undefined> {
  const key = `.bootready/zeros-${zeros.length}`;
  const there = await store.head(bucket, key);
  if (there?.size === zeros.length) return there;
  await store.put(bucket, key, zeros, 'application/octet-stream');
  return store.head(bucket, key);
}
