import { BootreadyError, isBootreadyError } from '../errors.ts';
import type { MultipartTarget, ObjectStore, UploadedPart } from '../ports/object-store.ts';
import { choosePartSize } from './upload-parts.ts';

/** Small parts keep the memory small, which is `parallel` x part size. */
const MiB = 1024 ** 2;
const parallel = 4;
export function partSizeFor(size: number, least = 16 * MiB): number {
  return choosePartSize(size, least);
}

export type PartsInput = {
  bucket: string;
  key: string;
  size: number;
  /** Fills the buffer from there on, and gives what was filled. */
  read(into: Buffer, offset: number): Promise<Buffer>;
  signal: AbortSignal;
  /** 0 to 1. */
  progress(share: number): void;
};

/** Another writer to the key removes our parts, as we removed those of earlier attempts. */
export function throwTakenAway(error: unknown): never {
  if (!isBootreadyError(error) || error.code !== 'object-missing') throw error;
  throw new BootreadyError({
    code: 'unavailable',
    message: 'Another process ended the upload to the store while it was running.',
    remedy: 'Another process writes the same object, or removes unfinished uploads. The upload is retried.',
    retryable: true,
    cause: error,
  });
}

/** Ends the open uploads of earlier attempts at the key, because one of those attempts may still be writing. */
export async function clearUploads(
  store: Pick<ObjectStore, 'listMultiparts' | 'abortMultipart'>,
  { bucket, key }: { bucket: string; key: string },
): Promise<void> {
  for await (const left of store.listMultiparts(bucket, key)) {
    if (left.key === key) await store.abortMultipart(left);
  }
}

/**
 * Uploads an object of any size, in parts and with little memory. Removes the remains of earlier attempts at the key.
 * @throws BootreadyError `unavailable`, retryable, when another writer removed this upload; the errors of `read` and of the store
 */
export async function uploadInParts(
  store: ObjectStore,
  { bucket, key, size, read, signal, progress }: PartsInput,
): Promise<void> {
  await clearUploads(store, { bucket, key });
  const target: MultipartTarget = { bucket, key, uploadId: await store.createMultipart(bucket, key) };
  const partSize = partSizeFor(size);
  const count = Math.ceil(size / partSize);
  const parts: UploadedPart[] = [];
  try {
    let next = 1;
    const lane = async (): Promise<void> => {
      const buffer = Buffer.allocUnsafe(Math.min(partSize, size));
      for (let number = next++; number <= count; number = next++) {
        signal.throwIfAborted();
        const offset = (number - 1) * partSize;
        const part = await read(buffer.subarray(0, Math.min(partSize, size - offset)), offset);
        parts.push(await store.putPart(target, number, part).catch(throwTakenAway));
        progress(parts.length / count);
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: Math.min(parallel, count) }, lane));
    for (const done of lanes) if (done.status === 'rejected') throw done.reason;
    signal.throwIfAborted();
    const inOrder = parts.sort((a, b) => a.partNumber - b.partNumber);
    await store.completeMultipart(target, inOrder).catch(throwTakenAway);
  } catch (error) {
    await store.abortMultipart(target).catch(() => undefined);
    throw error;
  }
}
