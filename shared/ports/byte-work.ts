import type { ObjectPin, ObjectSpan, UploadedPart } from './object-store.ts';

export type ByteControl = {
  signal: AbortSignal;
  /** 0 to 100. */
  progress(percent: number): void;
};

/** Lower-case hex. */
export type Sha256 = { sha256: string };

/** Part of an object, and the file that it is written to. */
export type SpanToBring = {
  from: ObjectPin;
  /** The part that is written. All of it is read once, and hashed. */
  part: ObjectSpan;
  /** A new file. Zeros become holes. */
  to: string;
};

/**
 * A local file. Bytes outside of `data` are known to be zeros and are not read, because the kernel allocates a page of memory for each page of a hole. Without
 * `data`, all bytes are data.
 */
export type LocalFile = { path: string; size: number; data?: readonly ObjectSpan[] | undefined };

/** Algorithms that manifests of archives use. */
export type DigestAlgorithm = 'sha1' | 'sha256' | 'sha512';

/** A local file, and the object that it becomes. */
export type FileToSend = LocalFile & {
  to: { bucket: string; key: string };
  /** Whether the store can copy parts from its own objects: then zeros are not sent. */
  copiesParts: boolean;
};

/** A multipart upload with all its parts, which nobody has completed yet: there is no object. */
export type SentParts = Sha256 & {
  md5: string;
  uploadId: string;
  parts: UploadedPart[];
  /** The ETag of the object when it is completed, where the store makes it of the parts' MD5 as S3 does. */
  etag: string;
};

/** The digest and size of the bytes that were read from an object. */
export type ReadBack = Sha256 & { size: number };

/**
 * Work with every byte of an image: reading, hashing and sending gigabytes, which keeps a processor busy for seconds. None of it runs on the event loop of the
 * caller. Throws BootreadyErrors as ObjectStore does; the reason of `signal` when that is aborted.
 */
export interface ByteWork {
  /** @throws `scratch-full`, retryable */
  bring(span: SpanToBring, control: ByteControl): Promise<Sha256>;
  /** Hashes a file of our own, or one that a sandbox has written. @throws `tool-failed` when it is not a regular file of exactly this size */
  hash(file: LocalFile, control: ByteControl): Promise<Sha256>;
  /** As `hash`, by another algorithm. @returns lower-case hex */
  digest(file: LocalFile & { algorithm: DigestAlgorithm }, control: ByteControl): Promise<{ hex: string }>;
  /**
   * Removes the remains of earlier attempts at the key. If it throws, no upload stays open.
   * @throws `unavailable`, retryable, when another writer ended the upload, or the store received other bytes than were sent
   */
  send(file: FileToSend, control: ByteControl): Promise<SentParts>;
  readBack(pin: ObjectPin, control: ByteControl): Promise<ReadBack>;
}
