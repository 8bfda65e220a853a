/** The messages between the owner and the task that reads a checksum file (sums-file.ts). */

export type Sums = { sums: Uint8Array; url: string; signed?: Signed | undefined };

/** The keys that must have signed the checksums, and the signature beside them. */
export type Signed = {
  /** One or more public keys, armoured; any of them will do. */
  keys: string;
  /** Armoured or binary; undefined where the file carries its signature within. */
  signature?: Uint8Array | undefined;
};

/** The entry of a checksum file for an image. `signedAt`: the time of its signature in ms since 1970, if it must be signed. */
export type FoundChecksum = { checksum: string; signedAt?: number };

/** `key-ended`: it has expired or was revoked. `weak`: an algorithm or a length that is not trusted any more. */
export type SignatureProblem = 'no-keys' | 'unsigned' | 'another-key' | 'key-ended' | 'expired' | 'weak' | 'wrong';
