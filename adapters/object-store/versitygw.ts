import { text } from 'node:stream/consumers';
import { BootreadyError } from '../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { type BucketNames, bucketPolicy, storeBuckets } from '../../shared/store/store-rights.ts';
import type { ObjectStoreConfig } from './config.ts';
import { putCors } from './cors.ts';
import { findCode, makeClient } from './minio.ts';

/**
 * Users of versitygw, one for each kind of process, with what that kind needs and no more. Other stores have tools of their own for it. The server must
 * run with `--iam-dir`. Its admin API: https://github.com/versity/versitygw/wiki/Multi-Tenant, and s3api/controllers/admin.go of v1.8.0.
 */

/** As the user of one kind of process is called. */
export function storeUser(role: ProcessRole): string {
  return `bootready-${role}`;
}

type Request = { method: string; bucketName: string; query: string; body: string; good?: number[] };

async function send(root: ObjectStoreConfig, { body, good = [200, 201, 204], ...request }: Request): Promise<void> {
  await text(await makeClient(root).makeRequestAsync(request, body, good));
}

/** Makes the users, or gives these keys to existing users. @param root the server's root user. @throws BootreadyError `unavailable` */
export async function makeStoreUsers(
  root: ObjectStoreConfig,
  keys: Readonly<Record<ProcessRole, string>>,
): Promise<void> {
  for (const role of processRoles) {
    const user = storeUser(role);
    const secret = `<Secret>${escapeXml(keys[role])}</Secret><Role>user</Role>`;
    const account = `<Account><Access>${user}</Access>${secret}</Account>`;
    try {
      await send(root, { method: 'PATCH', bucketName: 'create-user', query: '', body: account });
    } catch (error) {
      if (findCode(error) !== 'XAdminUserExists') throw makeRefusedError(error);
      const body = `<MutableProps>${secret}</MutableProps>`;
      await send(root, { method: 'PATCH', bucketName: 'update-user', query: `access=${user}`, body });
    }
  }
}

/** Lets each of them do in the buckets what its process needs (shared/store/store-rights.ts), and makes the buckets where they are missing. */
export async function putStorePolicies(
  root: ObjectStoreConfig,
  buckets: BucketNames,
  roles: readonly ProcessRole[] = processRoles,
): Promise<void> {
  const users = Object.fromEntries(roles.map((role) => [role, storeUser(role)]));
  const client = makeClient(root);
  for (const bucket of storeBuckets) {
    const bucketName = buckets[bucket];
    if (!(await client.bucketExists(bucketName))) await client.makeBucket(bucketName);
    const body = JSON.stringify(bucketPolicy(bucket, buckets, users));
    await send(root, { method: 'PUT', bucketName, query: 'policy=', body });
  }
}

/** Lets pages of these origins, the portal's, upload into the bucket. */
export function allowUploadsFrom(root: ObjectStoreConfig, bucket: string, origins: readonly string[]): Promise<void> {
  return putCors(makeClient(root), bucket, origins);
}

function escapeXml(value: string): string {
  return value.replaceAll(/[&<>]/g, (each) => ({ '&': '&amp;', '<': '&lt;' })[each] ?? '&gt;');
}

function makeRefusedError(cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The object store cannot create users: ${(cause as Error).message}`,
    remedy:
      'This command needs versitygw with --iam-dir, and the key of its root user. For other stores, see "bootready policy".',
    cause,
  });
}
