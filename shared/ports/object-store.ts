import type { Readable } from 'node:stream';

/** The answer of HEAD for an object. HEAD is the truth about an upload; events are only hints. */
export type ObjectInfo = {
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  /** Without quotes. */
  etag: string;
  /** Only where the bucket is versioned. */
  versionId?: string;
  lastModified: Date;
  /** User metadata (`x-amz-meta-*`) without its prefix, names in lower case. Empty in listings. */
  metadata: Record<string, string>;
};

/** An object together with the bytes that were seen: reads of a pin fail when the bytes have changed. */
export type ObjectPin = Pick<ObjectInfo, 'bucket' | 'key' | 'size' | 'etag' | 'versionId'>;

/** Bytes of an object. */
export type ObjectSpan = { offset: number; size: number };

export type UploadedPart = { partNumber: number; etag: string; size: number };

/**
 * An S3-compatible store. Every method may throw BootreadyError `unavailable` (retryable) when the store does not answer.
 * Not promised: read-after-write of listings, ordering of listings across pages while objects come and go.
 */
export interface ObjectStore {
  /** Undefined when there is no such object. */
  head(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  /** @throws `object-changed` when the ETag (or version) has changed, `object-missing` when the object no longer exists. */
  read(pin: ObjectPin, offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
  /** The whole object as a stream, or the bytes of a range of it; same errors as `read`. The caller destroys it. */
  stream(pin: ObjectPin, signal?: AbortSignal, range?: { offset: number; length: number }): Promise<Readable>;
  /** Every object below a prefix, in the store's order, page by page. Metadata is not filled in. */
  list(bucket: string, prefix: string): AsyncIterable<ObjectInfo>;
  /** A small object, in one request. */
  put(bucket: string, key: string, body: Buffer, contentType: string): Promise<void>;
  /** Silently succeeds when there is no such object. */
  remove(bucket: string, key: string): Promise<void>;

  createMultipart(bucket: string, key: string, metadata?: Record<string, string>): Promise<string>;
  /** Uploads one part; the store checks its MD5, which may be given where it is known. Parts but the last are at least 5 MiB. */
  putPart(target: MultipartTarget, partNumber: number, body: Buffer, md5?: Buffer): Promise<UploadedPart>;
  /** A part that the store copies from an object of its own: no bytes come or go. @throws `object-changed`, `object-missing` */
  copyPart(target: MultipartTarget, partNumber: number, from: ObjectPin, span: ObjectSpan): Promise<UploadedPart>;
  listParts(target: MultipartTarget): Promise<UploadedPart[]>;
  completeMultipart(target: MultipartTarget, parts: readonly UploadedPart[]): Promise<void>;
  /** Silently succeeds when there is no such upload. */
  abortMultipart(target: MultipartTarget): Promise<void>;
  /** Multipart uploads that were started below a prefix and never completed. */
  listMultiparts(bucket: string, prefix: string): AsyncIterable<MultipartTarget & { initiated: Date }>;

  /** A URL that lets its bearer PUT one part of exactly this length; `seconds` at most 7 days. Uses the public endpoint. */
  presignPart(target: MultipartTarget, part: { partNumber: number; length: number }, seconds: number): Promise<string>;
  /** A URL that lets its bearer GET the object. Uses the public endpoint. */
  presignGet(bucket: string, key: string, seconds: number, fileName?: string): Promise<string>;

  bucketExists(bucket: string): Promise<boolean>;
  /** Creates the bucket when it is missing. */
  ensureBucket(bucket: string): Promise<void>;
}

export type MultipartTarget = { bucket: string; key: string; uploadId: string };
