import { makeStoreUsers, putStorePolicies, storeUser } from '../../adapters/object-store/versitygw.ts';
import type { ProcessRole } from '../../shared/operation/process-roles.ts';
import { stackBuckets } from './buckets.ts';
import type { StackState } from './state.ts';

/** A user of the store for each kind of process; their keys are set again at each start. */
export async function makeStackUsers({ ports, s3, storeKeys }: StackState): Promise<void> {
  const root = { endpoint: `http://127.0.0.1:${ports.s3}`, region: 'us-east-1', ...s3, pathStyle: true };
  await makeStoreUsers(root, storeKeys);
  await putStorePolicies(root, stackBuckets);
}

/** As one kind of process reaches the store. */
export function storeEnv(role: ProcessRole, { storeKeys }: StackState): Record<string, string> {
  return {
    S3_ACCESS_KEY: storeUser(role),
    S3_SECRET_KEY: storeKeys[role],
  };
}
