import type { EventStore } from '../../shared/ports/events.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { Reaped } from '../../shared/ports/jobs.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

export type ReapDeps = {
  store: ObjectStore;
  images: ImageStore;
  events: Pick<EventStore, 'prune'>;
  eventsKeepSeconds: number;
  uploadsBucket: string;
  imagesBucket: string;
};

/** Notifications that one statement forgets: a moment's work. */
const prunedAtOnce = 5000;

const days = 24 * 3600;
const abandonedAfterSeconds = 7 * days;

/**
 * Removes everything that nobody will finish: abandoned uploads, images that were announced and never sent, unfinished deletions; and notifications that were
 * settled long ago.
 */
export async function reap({
  store,
  images,
  events,
  eventsKeepSeconds,
  uploadsBucket,
  imagesBucket,
}: ReapDeps): Promise<Reaped> {
  const counts = { multiparts: 0, abandoned: 0, deleted: 0, events: 0 };
  const oldest = Date.now() - abandonedAfterSeconds * 1000;
  for (const bucket of [uploadsBucket, imagesBucket]) {
    for await (const upload of store.listMultiparts(bucket, '')) {
      if (upload.initiated.getTime() >= oldest) continue;
      await store.abortMultipart(upload);
      counts.multiparts++;
    }
  }
  for (const image of await images.abandoned(abandonedAfterSeconds)) {
    await images.markForDeletion(image.id);
    counts.abandoned++;
  }
  for (const image of await images.pendingDeletions()) {
    await deleteObjects({ store, images, imagesBucket }, image.id);
    counts.deleted++;
  }
  for (let pruned = prunedAtOnce; pruned === prunedAtOnce; counts.events += pruned) {
    pruned = await events.prune(eventsKeepSeconds, prunedAtOnce);
  }
  return counts;
}

/** Second half of deleting an image: its objects, then its row. Twice is once. */
async function deleteObjects(
  { store, images, imagesBucket }: Pick<ReapDeps, 'store' | 'images' | 'imagesBucket'>,
  imageId: string,
): Promise<void> {
  const image = await images.get(imageId, undefined);
  if (image?.status !== 'pending_delete') return;
  const { bucket, key, etag } = image.upload;
  if (image.multipartId) await store.abortMultipart({ bucket, key, uploadId: image.multipartId });
  for await (const open of store.listMultiparts(imagesBucket, `${image.projectId}/${imageId}/`)) {
    await store.abortMultipart(open);
  }
  // The published object, and what the boot check kept.
  for await (const { key: own } of store.list(imagesBucket, `${image.projectId}/${imageId}/`)) {
    await store.remove(imagesBucket, own);
  }
  const upload = await store.head(bucket, key);
  // Another upload to the same key is another image's.
  if (upload && upload.etag === etag) await store.remove(bucket, key);
  await images.markDeleted(imageId);
}
