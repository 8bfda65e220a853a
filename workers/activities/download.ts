import { createHash } from 'node:crypto';
import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { receive, tooLarge } from '../../shared/events/receive-object.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import { stride } from '../../shared/limits/quota.ts';
import type { Download, DownloadStore } from '../../shared/ports/downloads.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { ObjectInfo, ObjectStore } from '../../shared/ports/object-store.ts';
import { clearUploads } from '../../shared/store/upload-in-parts.ts';
import type { DownloadActivities, DownloadLedger } from '../../workflows/activities.ts';
import type { Door } from '../internet/door.ts';
import { openRemoteFile, type RemoteFile, type RemoteFileOptions } from '../internet/remote-file.ts';
import { createThrottle } from '../throttle.ts';
import { imageIsGone, orderLedger, orderStep } from './order-step.ts';

export type DownloadDeps = {
  config: Pick<Config, 'MAX_UPLOAD_BYTES' | 'DOWNLOAD_LEAST_BYTES_PER_SECOND'>;
  downloads: DownloadStore;
  images: Pick<ImageStore, 'get'>;
  store: ObjectStore;
  door: Door;
  slots: { fetch: Slots };
  ownTaskQueue: string;
};

export function createDownloadLedger({ downloads, ownTaskQueue }: DownloadDeps): DownloadLedger {
  const { begin, end } = orderLedger(downloads, ownTaskQueue);
  return { beginDownload: begin, endDownload: end };
}

export function createDownloadActivities(deps: DownloadDeps): DownloadActivities {
  return {
    fetchUpload: (attempt) =>
      orderStep(deps.downloads, deps.slots.fetch, attempt, (download, signal) =>
        fetchUpload(deps, download, attempt.fence, { signal }),
      ),
  };
}

/**
 * Copies straight from the server into the upload of the image. Only two parts are held here, and no object exists before its checksum was compared. Starts
 * from the beginning each time. @throws BootreadyError
 */
export async function fetchUpload(
  { config, downloads, images, store, door }: Omit<DownloadDeps, 'slots' | 'ownTaskQueue'>,
  { imageId, projectId, url, checksum }: Download,
  fence: number,
  options: Pick<RemoteFileOptions, 'signal' | 'patienceMs' | 'retryMs'>,
): Promise<void> {
  const image = await images.get(imageId, projectId);
  if (!image) throw imageIsGone();
  const { bucket, key } = image.upload;
  // A process that was killed after the upload has done it. But anyone who may write into the bucket can have put other bytes there.
  const there = await store.head(bucket, key);
  if (there && checksum !== null) await assertStored(store, there, checksum, options.signal);
  if (!there) {
    await clearUploads(store, { bucket, key });
    const leastBytesPerSecond = config.DOWNLOAD_LEAST_BYTES_PER_SECOND;
    const file = await openRemoteFile(door, { url, hasChecksum: checksum !== null, leastBytesPerSecond, ...options });
    try {
      await takeUpload(file);
    } finally {
      file.close();
    }
  }
  await downloads.handedOver(imageId, fence);

  async function takeUpload({ total, bytes }: RemoteFile): Promise<void> {
    const tell = (received: number) => downloads.progress(imageId, fence, { received, total: total ?? null });
    const limit = config.MAX_UPLOAD_BYTES;
    if (total !== undefined && total > limit) throw tooLarge(limit);
    const { target, parts, ...received } = await receive(store, { bucket, key }, tellReceived(bytes, tell), {
      size: total,
      limit,
      // As many at once as there are slots for downloads.
      mayHold: () => true,
      room: {
        held: await downloads.reserve(imageId, fence, total ?? 1, total ?? stride),
        extend: (size) => downloads.reserve(imageId, fence, size, size + stride),
      },
      // Telling throws when nobody waits for it.
      isWanted: () => Promise.resolve(true),
    });
    try {
      if (received.size === 0) throw makeNothingThereError();
      if (checksum !== null) assertSame(checksum, received);
      await downloads.assertHeld(imageId, fence);
      await store.completeMultipart(target, parts);
    } catch (error) {
      await store.abortMultipart(target).catch(() => undefined);
      throw error;
    }
  }
}

/** @param tell throws when nobody needs these bytes any more */
async function* tellReceived(
  bytes: AsyncIterable<Buffer>,
  tell: (received: number) => Promise<void>,
): AsyncGenerator<Buffer> {
  const isDue = createThrottle();
  let received = 0;
  for await (const chunk of bytes) {
    received += chunk.length;
    if (isDue()) await tell(received);
    yield chunk;
  }
  await tell(received);
}

/** Reads the object. It is small work beside the download: it happens once, after a process died. @throws BootreadyError as `assertSame` */
async function assertStored(
  store: Pick<ObjectStore, 'stream'>,
  object: ObjectInfo,
  checksum: string,
  signal: AbortSignal,
): Promise<void> {
  const [algorithm] = splitChecksum(checksum);
  const hash = createHash(algorithm);
  for await (const chunk of await store.stream(object, signal)) hash.update(chunk as Buffer);
  assertSame(checksum, { [algorithm]: hash.digest('hex') });
}

function splitChecksum(checksum: string): ['sha256' | 'sha512', string] {
  return checksum.split(':') as ['sha256' | 'sha512', string];
}

function assertSame(checksum: string, received: { sha256?: string; sha512?: string }): void {
  const [algorithm, expected] = splitChecksum(checksum);
  if (received[algorithm] === expected) return;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `The file at this address has a different ${algorithm} than the given one: ${received[algorithm]}.`,
    remedy:
      'Compare the address and the checksum: a newer file may have replaced the old one. Then create the image again.',
  });
}

function makeNothingThereError(): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: 'The file at this address is empty.',
    remedy: 'Check the address.',
  });
}
