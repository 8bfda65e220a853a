import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../ports/object-store.ts';

/** A storage notification of a finished upload, from any sender. It is only a hint: the object's HEAD is the truth. */
export type UploadNotification = {
  /** Two receipts with the same fingerprint are the same notification. */
  fingerprint: string;
  eventName: string;
  bucket: string;
  /** The key unchanged: decoded or form-encoded, which nobody knows (see keyCandidates). */
  key: string;
  etag: string | null;
  versionId: string | null;
  sequencer: string | null;
  raw: object;
};

export function computeFingerprint(facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** The notification that our own API records when it has completed an upload, in the form of a store's notification. */
export function toFinishedUpload({ bucket, key, etag, versionId, size, lastModified }: ObjectInfo): UploadNotification {
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
