import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** A key for one purpose, of which nobody finds the secret or the keys for other purposes. RFC 5869. */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `bootready ${purpose}`, 32));
}

/** Encrypts a text for owners of `secret`, which must be random. NIST SP 800-38D. @param about the place of the text: it cannot be opened in another place */
export function encrypt(text: string, secret: string, about = ''): Buffer {
  const iv = randomBytes(ivBytes);
  const encryption = createCipheriv(cipher, deriveKey(secret, 'seal'), iv).setAAD(Buffer.from(about));
  const body = Buffer.concat([encryption.update(text, 'utf8'), encryption.final()]);
  return Buffer.concat([iv, encryption.getAuthTag(), body]);
}

/** Undefined when it was encrypted with another secret or for another place, or changed. */
export function decrypt(encrypted: Buffer, secret: string, about = ''): string | undefined {
  try {
    const key = deriveKey(secret, 'seal');
    const decryption = createDecipheriv(cipher, key, encrypted.subarray(0, ivBytes), { authTagLength: tagBytes });
    decryption.setAAD(Buffer.from(about)).setAuthTag(encrypted.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decryption.update(encrypted.subarray(ivBytes + tagBytes)), decryption.final()]).toString(
      'utf8',
    );
  } catch {
    return undefined;
  }
}
