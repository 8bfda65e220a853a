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
