import { createHash } from 'node:crypto';

/** MD5 (RFC 1321) of a part: what S3 makes ETags of, and what tells it of bytes that were damaged on their way. It proves nothing of who sent them. */
export function readMd5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}
