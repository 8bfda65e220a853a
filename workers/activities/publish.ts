import { createHash } from 'node:crypto';
import type { ConvertedDisk, GuestFacts } from '../../shared/contracts/run.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { imageProperties } from '../../shared/image-properties.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { RunContext, RunStore } from '../../shared/ports/runs.ts';
import { uploadInParts } from '../../shared/upload-in-parts.ts';
import { openOutput } from '../tools/output.ts';
import type { StepControl } from './step.ts';

export type PublishDeps = {
  store: ObjectStore;
  runs: Pick<RunStore, 'publish' | 'approve' | 'isPublished'>;
  imagesBucket: string;
  afterPublish: 'keep' | 'remove';
};

/** Write-once: the name holds the hash of the bytes, so writing it twice writes the same. */
export const publishedKey = ({ projectId, imageId }: RunContext, { sha256, format }: ConvertedDisk): string =>
  `${projectId}/${imageId}/${sha256}.${format}`;

export type PublishInput = {
  context: RunContext;
  fence: number;
  path: string;
  converted: ConvertedDisk;
  guest: GuestFacts;
  /** Done before it is published: who can have the image can have its provenance. */
  attest: () => Promise<void>;
  /** Where it goes next. */
  targets: readonly string[];
};

/**
 * The image becomes an object, is read back and compared, then becomes a publication in one transaction.
 * @throws BootreadyError `superseded` when a newer attempt has begun, `object-changed` when the upload is no longer what was
 * admitted, `unavailable` (retryable) when the store does not answer or did not keep what it was given.
 */
export const publishImage = async (
  { store, runs, imagesBucket, afterPublish }: PublishDeps,
  input: PublishInput,
  control: StepControl,
): Promise<void> => {
  const { context, fence, path, converted, guest, attest, targets } = input;
  if (context.isVerbatim) {
    await assertUploadUnchanged(store, context);
    return runs.approve(context, fence, targets);
  }
  const target = { bucket: imagesBucket, key: publishedKey(context, converted) };
  if (!(await runs.isPublished(context.runId))) {
    const there = await store.head(target.bucket, target.key);
    if (there?.size !== converted.size) await uploadFile(store, target, path, converted.size, control);
    const digests = await verify(store, target, converted, control);
    await assertUploadUnchanged(store, context);
    await attest();
    await runs.publish(context, fence, { ...target, converted, digests, properties: imageProperties(guest), targets });
  }
  if (afterPublish === 'remove') await removeUpload(store, context);
};

/** @param last is called when all bytes are there and the object is not yet: what it throws leaves none */
export const uploadFile = async (
  store: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
  path: string,
  size: number,
  { signal, progress }: StepControl,
  last?: () => Promise<void>,
): Promise<void> => {
  const file = await openOutput(path, { maxBytes: size });
  try {
    await uploadInParts(store, {
      ...{ bucket, key, size, signal, last },
      // Holes of the sparse file read as zeros and are sent as such.
      read: async (into, offset) => {
        const bytes = await file.read(offset, into.length);
        bytes.copy(into);
        return into.subarray(0, bytes.length);
      },
      progress: (share) => progress(share * 70),
    });
  } finally {
    await file.close();
  }
};

/** What counts is what the store gives back, not what it said when it took it. Gives the digests that other clients compare by. */
const verify = async (
  store: ObjectStore,
  { bucket, key }: { bucket: string; key: string },
  converted: ConvertedDisk,
  { signal, progress }: StepControl,
): Promise<{ md5: string; sha512: string }> => {
  const object = await store.head(bucket, key);
  const hash = createHash('sha256');
  const others = { md5: createHash('md5'), sha512: createHash('sha512') };
  let bytes = 0;
  if (object) {
    const stream = await store.stream(object, signal);
    for await (const chunk of stream) {
      for (const each of [hash, others.md5, others.sha512]) each.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      progress(70 + (bytes / converted.size) * 29);
    }
  }
  if (bytes === converted.size && hash.digest('hex') === converted.sha256) {
    return { md5: others.md5.digest('hex'), sha512: others.sha512.digest('hex') };
  }
  await store.remove(bucket, key);
  throw new BootreadyError({
    code: 'unavailable',
    message: 'The object store gave back other bytes than it was given; the object was removed.',
    remedy: 'Check the health of the object store. The step is tried again.',
    retryable: true,
    context: { bucket, key, bytes, expected: converted.size },
  });
};

const assertUploadUnchanged = async (store: ObjectStore, { upload }: RunContext): Promise<void> => {
  const now = await store.head(upload.bucket, upload.key);
  if (now?.etag === upload.etag) return;
  throw new BootreadyError({
    code: now ? 'object-changed' : 'object-missing',
    message: now
      ? 'The uploaded object was replaced while it was being processed.'
      : 'The uploaded object was removed while it was being processed.',
    remedy: now ? 'The new object is processed as an image of its own.' : 'Upload the image again.',
  });
};

/** Only the bytes that were published go; what came to the key since then is another upload. */
const removeUpload = async (store: ObjectStore, { upload }: RunContext): Promise<void> => {
  const now = await store.head(upload.bucket, upload.key);
  if (now?.etag === upload.etag) await store.remove(upload.bucket, upload.key);
};
