import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../ports/object-store.ts';

/** A storage notification of a finished upload, whoever sent it. A hint only: the object's HEAD is the truth. */
export type UploadNotification = {
  /** What makes two deliveries the same notification. */
  fingerprint: string;
  eventName: string;
  bucket: string;
  /** As it came: decoded or form-encoded, who knows (see keyCandidates). */
  key: string;
  etag: string | null;
  versionId: string | null;
  sequencer: string | null;
  raw: object;
};

export function computeFingerprint(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** What our own API notes when it has completed an upload, in the way of a store's notification. */
export function finishedUpload({ bucket, key, etag, versionId, size, lastModified }: ObjectInfo): UploadNotification {
  return {
    fingerprint: computeFingerprint(['api', bucket, key, versionId ?? null, etag, lastModified.toISOString()]),
    eventName: 'bootready:UploadCompleted',
    bucket,
    key,
    etag,
    versionId: versionId ?? null,
    sequencer: null,
    raw: { size },
  };
}
