import { randomBytes } from 'node:crypto';
import { isBootreadyError } from '../errors.ts';
import { probePrefix } from '../events/probe.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { computeMd5 } from './md5.ts';

/** How a store treats parts, found by a test, because no S3 server reports it. */
export type StoreTraits = {
  /**
   * The store refuses a part whose MD5 is different, makes the ETag of an object from the MD5 of its parts, and returns the bytes that it received. Then ETag
   * and size show what is stored, and nothing must be read back. Not so with SSE-KMS on AWS.
   */
  keepsChecksums: boolean;
  /** It makes parts of objects of its own (UploadPartCopy). */
  copiesParts: boolean;
};

type Store = Pick<
  ObjectStore,
  'createMultipart' | 'putPart' | 'copyPart' | 'completeMultipart' | 'abortMultipart' | 'head' | 'read' | 'remove'
>;

const refusals = new Set(['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch']);

/** The ETag of an object that was made of these parts, where the store makes it as S3 does. */
export function compositeEtag(partMd5s: readonly Buffer[]): string {
  return `${computeMd5(Buffer.concat(partMd5s)).toString('hex')}-${partMd5s.length}`;
}

/**
 * Finds out by an object of a few KiB, which is removed again.
 * @throws what the store throws when it does not answer
 */
export async function probeStore(store: Store, bucket: string): Promise<StoreTraits> {
  const key = `${probePrefix}traits-${randomBytes(8).toString('hex')}`;
  const body = randomBytes(10_000);
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  try {
    const refusesOthers = await refusesOtherBytes(() => store.putPart(target, 1, body, computeMd5(randomBytes(10))));
    const part = await store.putPart(target, 1, body);
    await store.completeMultipart(target, [part]);
    const object = await store.head(bucket, key);
    if (!object) return { keepsChecksums: false, copiesParts: false };
    const isKept = object.size === body.length && (await store.read(object, 0, body.length)).equals(body);
    const keepsChecksums =
      refusesOthers &&
      isKept &&
      part.etag === computeMd5(body).toString('hex') &&
      object.etag === compositeEtag([computeMd5(body)]);
    return { keepsChecksums, copiesParts: keepsChecksums && (await copies(store, object, body)) };
  } finally {
    await store.abortMultipart(target).catch(() => undefined);
    await store.remove(bucket, key).catch(() => undefined);
  }
}

async function refusesOtherBytes(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put();
    return false;
  } catch (error) {
    const said = isBootreadyError(error) ? (error.cause as { code?: string } | undefined)?.code : undefined;
    if (said !== undefined && refusals.has(said)) return true;
    throw error;
  }
}

async function copies(store: Store, object: Parameters<Store['copyPart']>[2], body: Buffer): Promise<boolean> {
  const { bucket } = object;
  const key = `${object.key}-copy`;
  const target = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  try {
    const { etag } = await store.copyPart(target, 1, object, { offset: 0, size: object.size });
    return etag === computeMd5(body).toString('hex');
  } catch {
    return false;
  } finally {
    await store.abortMultipart(target).catch(() => undefined);
  }
}
