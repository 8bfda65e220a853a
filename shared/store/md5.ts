import { createHash } from 'node:crypto';

/** MD5 (RFC 1321) of a part. S3 makes ETags from it, and detects bytes that were damaged on their way. It says nothing about the sender. */
export function computeMd5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
