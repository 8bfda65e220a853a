import { BootreadyError } from '../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import {
  type BucketNames,
  bucketPolicy,
  type StoreBucket,
  storeBuckets,
  userPolicy,
} from '../../shared/store/store-rights.ts';

type Options = { for: 'aws' | 'minio' | 'ceph'; role?: string; bucket?: string; user?: string[] };

/** Prints the policy that lets the S3 user of one kind of process do its work. */
export function printPolicy(options: Options, env: NodeJS.ProcessEnv = process.env): void {
  const buckets: BucketNames = { uploads: env.UPLOADS_BUCKET || 'uploads', images: env.IMAGES_BUCKET || 'images' };
  const policy =
    options.for === 'ceph'
      ? bucketPolicy(chooseOne(options.bucket, storeBuckets, '--bucket'), buckets, toPrincipals(options.user ?? []))
      : userPolicy(chooseOne(options.role, processRoles, '--role'), buckets);
  process.stdout.write(`${JSON.stringify(policy, null, 2)}\n`);
}

function chooseOne<T extends ProcessRole | StoreBucket>(
  value: string | undefined,
  of: readonly T[],
  option: string,
): T {
  const found = of.find((each) => each === value);
  if (found) return found;
  throw new BootreadyError({
    code: 'invalid-input',
    message: value === undefined ? `${option} is missing.` : `${option} does not know "${value}".`,
    remedy: `It is one of: ${of.join(', ')}. AWS and MinIO use one policy for each role, Ceph one for each bucket.`,
  });
}

/** `api=NAME`: Ceph's user, with its tenant before a "$" where it has one. */
function toPrincipals(users: readonly string[]): Partial<Record<ProcessRole, string>> {
  return Object.fromEntries(
    users.map((each) => {
      const [role, ...name] = each.split('=');
      const [tenant, user] = name.join('=').includes('$') ? name.join('=').split('$') : ['', name.join('=')];
      return [chooseOne(role, processRoles, '--user ROLE=NAME'), `arn:aws:iam::${tenant}:user/${user}`];
    }),
  );
}
