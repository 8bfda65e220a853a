import type { Config } from '../../shared/config.ts';
import type { ConvertedDisk, GuestFacts } from '../../shared/contracts/run.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { imageProperties } from '../../shared/images/image-properties.ts';
import type { ByteWork, SentParts } from '../../shared/ports/byte-work.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { RunContext, RunStore } from '../../shared/ports/runs.ts';
import { throwTakenAway } from '../../shared/store/upload-in-parts.ts';
import { forgetSent, noteCompleted, type SendDeps, sendDisk } from './send-ahead.ts';
import type { StepControl } from './step.ts';

export type PublishDeps = SendDeps & {
  bytes: Pick<ByteWork, 'send' | 'readBack'>;
  store: ObjectStore;
  runs: Pick<RunStore, 'publish' | 'approve' | 'isPublished'>;
  imagesBucket: string;
  afterPublish: 'keep' | 'remove';
  /** How it is made sure that the store has what it was given. */
  verify: Config['VERIFY'];
};

/** Write-once: the name holds the hash of the bytes, so writing it twice writes the same. */
export function namePublished({ projectId, imageId }: RunContext, { sha256, format }: ConvertedDisk): string {
  return `${projectId}/${imageId}/${sha256}.${format}`;
}

export type PublishInput = {
  context: RunContext;
  fence: number;
  scratchDir: string;
  converted: ConvertedDisk;
  guest: GuestFacts;
  /** Done before it is published: who can have the image can have its provenance. */
  attest: () => Promise<void>;
  /** Where it goes next. */
  targets: readonly string[];
};

/** The percentage at which sending ends, if nothing was sent ahead. */
const sendingEnds = 90;

/**
 * The parts become an object, which is compared with what was sent; then it becomes a publication in one transaction.
 * @throws BootreadyError `superseded` when a newer attempt has started, `object-changed` when the upload is no longer what was
 * admitted, `unavailable` (retryable) when the store does not answer or did not keep what it was given.
 */
export async function publishImage(deps: PublishDeps, input: PublishInput, control: StepControl): Promise<void> {
  const { store, runs, imagesBucket, afterPublish } = deps;
  const { context, fence, scratchDir, converted, guest, attest, targets } = input;
  if (context.isVerbatim) {
    await assertUploadUnchanged(store, context);
    return runs.approve({ ...context, fence }, targets);
  }
  const to = { bucket: imagesBucket, key: namePublished(context, converted) };
  if (!(await runs.isPublished(context.runId))) {
    const sent = await sendDisk(
      deps,
      { scratchDir, converted, to },
      { signal: control.signal, progress: (percent) => control.progress((percent * sendingEnds) / 100) },
    );
    await complete(store, to, sent, input);
    await verify(deps, to, sent, input, control);
    await noteCompleted(scratchDir);
    await assertUploadUnchanged(store, context);
    await attest();
    const digests = { md5: sent.md5 };
    await runs.publish(
      { ...context, fence },
      { ...to, converted, digests, properties: imageProperties(guest), targets },
    );
  }
  if (afterPublish === 'remove') await removeUpload(store, context);
}

type Target = { bucket: string; key: string };

/** Twice is once: an earlier try may have ended here. */
async function complete(
  store: ObjectStore,
  to: Target,
  { uploadId, parts, etag }: SentParts,
  { converted: { size }, scratchDir }: PublishInput,
): Promise<void> {
  const there = await store.head(to.bucket, to.key);
  if (there?.size === size && there.etag === etag) return;
  await store.completeMultipart({ ...to, uploadId }, parts).catch(async (error: unknown) => {
    if (isBootreadyError(error) && error.code === 'object-missing') await forgetSent(scratchDir);
    return throwTakenAway(error);
  });
}

/** Checks the object that the store really has. The store's answers during the upload do not count. */
async function verify(
  { store, bytes, traits, verify: way }: PublishDeps,
  { bucket, key }: Target,
  sent: SentParts,
  { converted, scratchDir }: PublishInput,
  control: StepControl,
): Promise<void> {
  const byChecksum = way === 'checksum' || (way === 'auto' && (await traits()).keepsChecksums);
  const object = await store.head(bucket, key);
  const isThere = async (): Promise<boolean> => {
    if (object?.size !== converted.size) return false;
    if (byChecksum) return object.etag === sent.etag;
    return (await bytes.readBack(object, control)).sha256 === converted.sha256;
  };
  if (await isThere()) return;
  await store.remove(bucket, key);
  await forgetSent(scratchDir);
  throw new BootreadyError({
    code: 'unavailable',
    message: 'The object store returned different data than it received. The object was removed.',
    remedy:
      way === 'checksum'
        ? 'Check the health of the object store. If its ETags are not those of S3, set VERIFY=auto. The step is retried.'
        : 'Check the health of the object store. The step is retried.',
    retryable: true,
    context: { bucket, key, size: object?.size, expected: converted.size, etag: object?.etag, sent: sent.etag },
  });
}

async function assertUploadUnchanged(store: ObjectStore, { upload }: RunContext): Promise<void> {
  const now = await store.head(upload.bucket, upload.key);
  if (now?.etag === upload.etag) return;
  throw new BootreadyError({
    code: now ? 'object-changed' : 'object-missing',
    message: now
      ? 'The uploaded object was replaced while it was being processed.'
      : 'The uploaded object was removed while it was being processed.',
    remedy: now ? 'The new object is processed as a separate image.' : 'Upload the image again.',
  });
}

/** Removes only the published bytes: an object that arrived at the key since then is another upload. */
async function removeUpload(store: ObjectStore, { upload }: RunContext): Promise<void> {
  const now = await store.head(upload.bucket, upload.key);
  if (now?.etag === upload.etag) await store.remove(upload.bucket, upload.key);
}
