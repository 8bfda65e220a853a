import { type ProcessRole, processRoles } from '../operation/process-roles.ts';

/** One door to what each kind of process does in the object store, and the policies that say so to each store. */
export const storeBuckets = ['uploads', 'images'] as const;
export type StoreBucket = (typeof storeBuckets)[number];

/** S3's own names. HEAD is GetObject; without ListBucket a missing object is "access denied" and not "not found". */
export const onBucket = ['ListBucket', 'ListBucketMultipartUploads'] as const;
export const onObjects = [
  'GetObject',
  'GetObjectVersion',
  'PutObject',
  'DeleteObject',
  'AbortMultipartUpload',
  'ListMultipartUploadParts',
] as const;
export type StoreAction = (typeof onBucket)[number] | (typeof onObjects)[number];

const read = ['ListBucket', 'GetObject', 'GetObjectVersion'] as const;
const write = ['PutObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'] as const;
const clear = ['ListBucketMultipartUploads', 'AbortMultipartUpload', 'DeleteObject'] as const;

/**
 * The API writes uploads, and images that are stored unchanged; of these it removes those that it refuses. Workers for steps write uploads too (downloads,
 * repairs). Workers for queues remove objects, and write none.
 */
export const storeRights: Readonly<Record<ProcessRole, Readonly<Record<StoreBucket, readonly StoreAction[]>>>> = {
  api: { uploads: [...read, ...write], images: [...read, ...write, 'DeleteObject'] },
  worker: { uploads: [...read, ...write, ...clear], images: [...read, ...write, ...clear] },
  queues: { uploads: [...read, ...clear], images: [...read, ...clear] },
};

export type BucketNames = Readonly<Record<StoreBucket, string>>;
type Statement = {
  Sid?: string;
  Effect: 'Allow';
  Principal?: { AWS: string[] };
  Action: string[];
  Resource: string[];
};
export type Policy = { Version: '2012-10-17'; Statement: Statement[] };

function statements(role: ProcessRole, bucket: StoreBucket, name: string): Statement[] {
  const wanted = new Set(storeRights[role][bucket]);
  const of = (actions: readonly StoreAction[], resource: string): Statement[] => {
    const allowed = actions.filter((action) => wanted.has(action)).map((action) => `s3:${action}`);
    return allowed.length > 0 ? [{ Effect: 'Allow', Action: allowed, Resource: [resource] }] : [];
  };
  return [...of(onBucket, `arn:aws:s3:::${name}`), ...of(onObjects, `arn:aws:s3:::${name}/*`)];
}

/** Attached to the user of one role: AWS (IAM) and MinIO. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export function userPolicy(role: ProcessRole, buckets: BucketNames): Policy {
  return {
    Version: '2012-10-17',
    Statement: storeBuckets.flatMap((bucket) => statements(role, bucket, buckets[bucket])),
  };
}

/**
 * Attached to a bucket, for the users of all roles: Ceph (https://docs.ceph.com/en/latest/radosgw/bucketpolicy/) and versitygw.
 * @param principals who they are, as the store names them
 */
export function bucketPolicy(
  bucket: StoreBucket,
  buckets: BucketNames,
  principals: Readonly<Partial<Record<ProcessRole, string>>>,
): Policy {
  return {
    Version: '2012-10-17',
    Statement: processRoles.flatMap((role) => {
      const principal = principals[role];
      if (principal === undefined) return [];
      return statements(role, bucket, buckets[bucket]).map((each) => ({ ...each, Principal: { AWS: [principal] } }));
    }),
  };
}
