import { createHash, randomBytes } from 'node:crypto';

/** The hash under which a key or a session token is stored and found. A slow hash would not be safer: the key has 256 random bits. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** A new API key. Secret scanners recognise its prefix; `hint` distinguishes keys and reveals nothing of them. */
export function newApiKey(): { key: string; hash: Buffer; hint: string } {
  const key = `brk_${randomBytes(32).toString('base64url')}`;
  return { key, hash: hashOfKey(key), hint: key.slice(0, 8) };
}

/** The token that a browser sends instead of the key with which it has signed in. */
export function newSessionToken(): string {
  return `brs_${randomBytes(32).toString('base64url')}`;
}
