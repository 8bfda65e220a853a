import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts';
import type { DescribedObject, StoredImage, StoredRecords } from '../ports/stored-records.ts';
import { computeSha256 } from './sha256.ts';

/** One difference between database and store, as after the two were restored from copies of different moments. */
export type StoreDifference =
  /** A record without bytes. */
  | { kind: 'missing'; image: StoredImage }
  /** The object is not what was published: its size or its SHA-256. */
  | { kind: 'changed'; image: StoredImage; found: string; expected: string }
  /** Bytes without a record. */
  | { kind: 'unknown'; object: Pick<ObjectInfo, 'bucket' | 'key' | 'size'>; image?: DescribedObject['image'] };

export type Compared = { images: number; objects: number; differences: StoreDifference[] };

/** HEAD requests at once. */
const atOnce = 8;
const pageSize = 500;
/** Objects of our own that belong to no image. */
const ours = '.bootready/';

/**
 * Compares the records of published images with the objects in the bucket of images, in both directions. Changes nothing.
 * @param readsAll also reads each object and compares its SHA-256
 */
export async function compareStore(
  { records, store, imagesBucket }: { records: StoredRecords; store: ObjectStore; imagesBucket: string },
  { readsAll = false }: { readsAll?: boolean } = {},
): Promise<Compared> {
  const compared: Compared = { images: 0, objects: 0, differences: [] };
  const lookAt = async (image: StoredImage): Promise<void> => {
    const found = await findDifference(image, store, readsAll);
    if (found) compared.differences.push(found);
  };
  let looking: Promise<void>[] = [];
  for await (const image of records.published()) {
    compared.images++;
    looking.push(lookAt(image));
    // Whole objects one after the other: they are gigabytes.
    if (looking.length < (readsAll ? 1 : atOnce)) continue;
    await Promise.all(looking);
    looking = [];
  }
  await Promise.all(looking);

  for await (const page of inPages(store.list(imagesBucket, ''))) {
    compared.objects += page.length;
    const described = await records.describe(
      imagesBucket,
      page.map(({ key }) => key),
    );
    for (const [index, { isKnown, image }] of described.entries()) {
      const { bucket, key, size } = page[index] as ObjectInfo;
      if (!isKnown)
        compared.differences.push({ kind: 'unknown', object: { bucket, key, size }, ...(image ? { image } : {}) });
    }
  }
  return compared;
}

async function findDifference(
  image: StoredImage,
  store: ObjectStore,
  readsAll: boolean,
): Promise<StoreDifference | undefined> {
  const object = await store.head(image.bucket, image.key);
  if (!object) return { kind: 'missing', image };
  if (object.size !== image.size) {
    return { kind: 'changed', image, found: `${object.size} bytes`, expected: `${image.size}` };
  }
  if (!readsAll) return undefined;
  const sha256 = await computeSha256(await store.stream(object));
  return sha256 === image.sha256
    ? undefined
    : { kind: 'changed', image, found: `the SHA-256 ${sha256}`, expected: image.sha256 };
}

async function* inPages(listed: AsyncIterable<ObjectInfo>): AsyncGenerator<ObjectInfo[]> {
  let page: ObjectInfo[] = [];
  for await (const object of listed) {
    if (object.key.startsWith(ours)) continue;
    page.push(object);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
