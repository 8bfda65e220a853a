import { execFile } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Client } from 'minio';
import { toolPath } from '../../dev/stack/tool-path.ts';
import { type ProcessRole, processRoles } from '../../shared/process-roles.ts';
import { type BucketNames, bucketPolicy, storeBuckets } from '../../shared/store-rights.ts';

const run = promisify(execFile);

type Root = { endpoint: string; accessKey: string; secretKey: string };

/** As the user of one kind of process is known to versitygw. */
export const storeUser = (role: ProcessRole): string => `bootready-${role}`;

/** A user for each kind of process, all with one secret key. The store must have been started with users. */
export const makeStoreUsers = async ({ endpoint, accessKey, secretKey }: Root, usersKey: string): Promise<void> => {
  const versitygw = await toolPath('versitygw');
  const as = ['admin', '--access', accessKey, '--secret', secretKey, '--endpoint-url', endpoint];
  for (const role of processRoles) {
    const user = ['create-user', '--access', storeUser(role), '--secret', usersKey, '--role', 'user'];
    await run(versitygw, [...as, ...user]);
  }
};

/** Lets each of them do in the buckets what its process needs (shared/store-rights.ts). */
export const putStorePolicies = async (
  client: Client,
  buckets: BucketNames,
  roles: readonly ProcessRole[] = processRoles,
): Promise<void> => {
  const principals = Object.fromEntries(roles.map((role) => [role, storeUser(role)]));
  for (const bucket of storeBuckets) {
    const request = { method: 'PUT', bucketName: buckets[bucket], query: 'policy=' };
    const policy = JSON.stringify(bucketPolicy(bucket, buckets, principals));
    await text(await client.makeRequestAsync(request, policy, [200, 204]));
  }
};
