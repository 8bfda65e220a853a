import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import type { ObjectStoreConfig } from '../../adapters/object-store/config.ts';
import { openObjectStore } from '../../adapters/object-store/open.ts';
import {
  allowUploadsFrom,
  makeStoreUsers,
  putStorePolicies,
  storeUser,
} from '../../adapters/object-store/versitygw.ts';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { type ProcessRole, processRoles } from '../../shared/operation/process-roles.ts';
import { readConfig } from './environment.ts';

/** So long a store that has just been started is waited for. */
const patienceMs = 60_000;

/**
 * Makes the users of the processes at versitygw, with the buckets where they are missing. Run with the key of its root user. May be done again and again.
 * @param keys each `ROLE=FILE`: the file holds what that process will have as S3_SECRET_KEY
 * @param origins of the portal, whose pages upload into the uploads bucket
 */
export async function makeUsersOfStore({
  key: keys,
  origin: origins = [],
}: {
  key: string[];
  origin?: string[];
}): Promise<void> {
  const config = readConfig();
  const secrets = await secretsIn(keys);
  const root = toRootConfig(config);
  await waitForStore(config);
  await makeStoreUsers(root, secrets);
  await putStorePolicies(root, { uploads: config.UPLOADS_BUCKET, images: config.IMAGES_BUCKET });
  if (origins.length > 0) await allowUploadsFrom(root, config.UPLOADS_BUCKET, origins);
  process.stdout.write(`Users of the store: ${processRoles.map(storeUser).join(', ')}.\n`);
}

function toRootConfig(config: Config): ObjectStoreConfig {
  return {
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    pathStyle: config.S3_PATH_STYLE,
    accessKey: config.S3_ACCESS_KEY,
    secretKey: config.S3_SECRET_KEY,
  };
}

async function waitForStore(config: Config): Promise<void> {
  const store = openObjectStore(config);
  for (const until = Date.now() + patienceMs; ; ) {
    try {
      return void (await store.bucketExists(config.UPLOADS_BUCKET));
    } catch (error) {
      if (Date.now() > until) throw error;
      await after(1000);
    }
  }
}

async function secretsIn(keys: readonly string[]): Promise<Record<ProcessRole, string>> {
  const entries = await Promise.all(
    processRoles.map(async (role) => {
      const file = keys.find((each) => each.startsWith(`${role}=`))?.slice(role.length + 1);
      const secret = file ? await readFile(file, 'utf8').catch(() => '') : '';
      if (secret.trim()) return [role, secret.trim()] as const;
      throw new BootreadyError({
        code: 'invalid-input',
        message: file ? `The file ${file} holds no key.` : `No key is given for a process "${role}".`,
        remedy: `Give --key ROLE=FILE for each of: ${processRoles.join(', ')}.`,
      });
    }),
  );
  return Object.fromEntries(entries) as Record<ProcessRole, string>;
}
