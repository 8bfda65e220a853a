import { isBootreadyError } from '../../../shared/errors.ts';
import type { ProcessRole } from '../../../shared/operation/process-roles.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import {
  type BucketNames,
  onBucket,
  onObjects,
  type StoreAction,
  storeBuckets,
  storeRights,
} from '../../../shared/store/store-rights.ts';
import type { Say } from './dependency.ts';
import { probeKey } from './probe-object.ts';

/** Not checked separately: reading a version is the same right with another name, if a bucket has versions at all. */
type Probed = Exclude<StoreAction, 'GetObjectVersion'>;
const probed = [...onBucket, ...onObjects].filter((action): action is Probed => action !== 'GetObjectVersion');

/** Tries operations on objects that do not exist: the store refuses before it searches, or else reports that it found nothing. No object is left behind. */
const tries: Readonly<Record<Probed, (store: ObjectStore, bucket: string) => Promise<unknown>>> = {
  ListBucket: (store, bucket) => store.list(bucket, probeKey())[Symbol.asyncIterator]().next(),
  ListBucketMultipartUploads: (store, bucket) =>
    store.listMultiparts(bucket, probeKey())[Symbol.asyncIterator]().next(),
  GetObject: (store, bucket) => store.head(bucket, probeKey()),
  PutObject: async (store, bucket) => {
    const key = probeKey();
    const uploadId = await store.createMultipart(bucket, key);
    // Where this is refused, its own try says so, and the reaping clears it away.
    await store.abortMultipart({ bucket, key, uploadId }).catch(() => undefined);
  },
  DeleteObject: (store, bucket) => store.remove(bucket, probeKey()),
  AbortMultipartUpload: (store, bucket) => store.abortMultipart({ bucket, key: probeKey(), uploadId: noUpload }),
  ListMultipartUploadParts: (store, bucket) => store.listParts({ bucket, key: probeKey(), uploadId: noUpload }),
};
const noUpload = '00000000-0000-4000-8000-000000000000';

/** Whether these credentials may do what their process does, and nothing besides. Gives whether they may do all of it. */
export async function examineRights(
  store: ObjectStore,
  { role, buckets }: { role: ProcessRole; buckets: BucketNames },
  say: Say,
): Promise<boolean> {
  let enough = true;
  for (const bucket of storeBuckets) {
    const wanted = new Set(storeRights[role][bucket]);
    const allowed = new Set<Probed>();
    for (const action of probed) if (await isAllowed(store, buckets[bucket], action)) allowed.add(action);
    const missing = probed.filter((action) => wanted.has(action) && !allowed.has(action));
    const besides = probed.filter((action) => !wanted.has(action) && allowed.has(action));
    const remedy = `Assign to its user the policy that "bootready policy --role ${role}" prints (Ceph: --for ceph --bucket ${bucket}).`;
    if (missing.length > 0) {
      enough = false;
      say.failed(`A process "${role}" lacks rights in bucket "${buckets[bucket]}": ${missing.join(', ')}.`, remedy);
    }
    if (besides.length > 0) {
      say.warning(
        `These credentials have rights in bucket "${buckets[bucket]}" that a process "${role}" does not need: ${besides.join(', ')}.`,
        remedy,
      );
    }
  }
  return enough;
}

/** @throws every other error of the store */
async function isAllowed(store: ObjectStore, bucket: string, action: Probed): Promise<boolean> {
  try {
    await tries[action](store, bucket);
    return true;
  } catch (error) {
    if (!isBootreadyError(error)) throw error;
    if (error.code === 'object-missing') return true;
    if ((error.cause as { code?: string } | undefined)?.code === 'AccessDenied') return false;
    throw error;
  }
}
