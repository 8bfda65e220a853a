import { openObjectStore } from '../../../adapters/object-store/open.ts';
import type { Config } from '../../../shared/config.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { probePrefix } from '../../../shared/events/probe.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import { probeStore } from '../../../shared/store/store-traits.ts';
import { examineBrowserUpload } from './browser-upload.ts';
import { compareClocks } from './clock.ts';
import type { Dependency, Say } from './dependency.ts';
import { probeBody, putProbe } from './probe-object.ts';
import { explainReason, shortenUrl } from './reason.ts';
import { examineRights } from './store-rights.ts';

/** Probes of an earlier doctor that was killed may be left; after this time, in ms, they are old. */
const oldMs = 3_600_000;

export const objectStore: Dependency = {
  name: 'object-store',
  seconds: 20,
  remedy: 'Check that the store runs, and that S3_ENDPOINT names it.',
  examine: async ({ config, say, signal, role }) => {
    const { S3_ENDPOINT: endpoint, UPLOADS_BUCKET: uploads, IMAGES_BUCKET: images } = config;
    const asked = Date.now();
    const { headers } = await fetch(endpoint, { method: 'HEAD', signal }).catch((error: unknown) => {
      throw new BootreadyError({
        code: 'unavailable',
        message: `The store at ${shortenUrl(endpoint)} does not answer: ${explainReason(error)}.`,
        remedy: objectStore.remedy,
        cause: error,
      });
    });
    const date = headers.get('date');
    if (date) compareClocks(say, new Date(date), { asked: asked - 1000, answered: Date.now() });

    const store = openObjectStore(config);
    if (role) {
      const enough = await examineRights(store, { role, buckets: { uploads, images } }, say).catch((error: unknown) => {
        throw explainRefusedCredentials(error) ?? error;
      });
      if (!enough) return;
      if (role === 'api') await examineBrowserUpload(store, config, say, signal);
      say.ok(`S3 at ${shortenUrl(endpoint)}: a process "${role}" has the rights it needs.`);
      return;
    }
    const usable: string[] = [];
    for (const [variable, bucket] of [
      ['UPLOADS_BUCKET', uploads],
      ['IMAGES_BUCKET', images],
    ] as const) {
      if (await examineBucket(store, { bucket, variable, endpoint }, say)) usable.push(bucket);
    }
    if (usable.includes(uploads)) await examineBrowserUpload(store, config, say, signal);
    if (usable.includes(images)) await examineTraits(store, config, say);
    if (usable.length > 0) {
      say.ok(
        `S3 at ${shortenUrl(endpoint)}: ${usable.map((bucket) => `"${bucket}"`).join(' and ')} can be written, read and listed.`,
      );
    }
  },
};

/** Whether published images must be read back. */
async function examineTraits(
  store: ObjectStore,
  { IMAGES_BUCKET: bucket, VERIFY: verify }: Config,
  say: Say,
): Promise<void> {
  if (verify === 'readback') return;
  const { keepsChecksums, copiesParts } = await probeStore(store, bucket);
  if (keepsChecksums) {
    say.ok(
      `The store keeps checksums: published images are not read back. ${copiesParts ? 'It copies parts: zeros are not sent.' : 'It does not copy parts: zeros are sent too.'}`,
    );
  } else if (verify === 'checksum') {
    say.failed('The ETags of the store do not show its content, and VERIFY=checksum needs them.', 'Set VERIFY=auto.');
  } else {
    say.warning(
      'The ETags of the store do not show its content. Every published image is read back, which takes about as long as sending it.',
      'If the store encrypts with its own keys (SSE-KMS), this cannot be changed. Otherwise update the store.',
    );
  }
}

/** Checks that all operations on objects work in a bucket. @throws an error that would be the same in every bucket */
async function examineBucket(
  store: ObjectStore,
  { bucket, variable, endpoint }: { bucket: string; variable: string; endpoint: string },
  say: Say,
): Promise<boolean> {
  try {
    for await (const { key, lastModified } of store.list(bucket, probePrefix)) {
      if (Date.now() - lastModified.getTime() > oldMs) await store.remove(bucket, key);
    }
    await roundTrip(store, bucket);
    return true;
  } catch (error) {
    const refused = explainRefusedCredentials(error);
    if (refused) throw refused;
    const code = storeCode(error);
    if (code === 'NoSuchBucket') {
      say.failed(
        `There is no bucket "${bucket}".`,
        `Create it (aws --endpoint-url ${endpoint} s3 mb s3://${bucket}), or correct ${variable}.`,
      );
      return false;
    }
    say.failed(
      `Bucket "${bucket}" does not work correctly: ${code === 'AccessDenied' ? 'access denied' : explainReason(storeError(error))}.`,
      `Allow these credentials to list the bucket, and to get, put and delete objects and upload parts in it.`,
    );
    return false;
  }
}

/** Parts, size, ranges, the pin, removal. */
async function roundTrip(store: ObjectStore, bucket: string): Promise<void> {
  const object = await putProbe(store, bucket);
  try {
    if (object.size !== probeBody.length)
      throw new Error(`it reports a size of ${object.size} instead of ${probeBody.length} bytes`);
    const range = await store.read(object, 2, 5);
    if (!range.equals(probeBody.subarray(2, 7)))
      throw new Error('it returns a different range of bytes than requested');
    const stale = { ...object, etag: '0'.repeat(32) };
    const pinned = await store.read(stale, 0, 1).catch((error: unknown) => error);
    if (!isBootreadyError(pinned) || pinned.code !== 'object-changed') {
      throw new Error('it does not detect a replaced object (If-Match)');
    }
  } finally {
    await store.remove(bucket, object.key);
  }
  if (await store.head(bucket, object.key)) throw new Error('a removed object still exists');
}

function explainRefusedCredentials(error: unknown): BootreadyError | undefined {
  const code = storeCode(error);
  const remedy = credentials[code];
  if (!remedy) return undefined;
  return new BootreadyError({
    code: 'unavailable',
    message: `The store refuses our credentials: ${code}.`,
    remedy,
    cause: error,
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const credentials: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'Correct S3_ACCESS_KEY.',
  // versitygw's word for the same.
  XAdminUserNotFound: 'Correct S3_ACCESS_KEY.',
  SignatureDoesNotMatch: 'Correct S3_SECRET_KEY. S3_ENDPOINT must be the address that the store uses for itself.',
  AuthorizationHeaderMalformed: 'Correct S3_REGION.',
  RequestTimeTooSkewed: 'Set the clock of this host (timedatectl set-ntp true).',
};

/** The store's own error. */
function storeError(error: unknown): unknown {
  return isBootreadyError(error) && error.cause ? error.cause : error;
}

function storeCode(error: unknown): string {
  return (storeError(error) as { code?: string }).code ?? '';
}
