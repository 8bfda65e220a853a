import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BootreadyError } from '../errors.ts';

/** An Ed25519 key of an installation, PKCS#8 PEM (RFC 8410). */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** @throws BootreadyError `invalid-input` when it is no Ed25519 key in PKCS#8 PEM */
export function readSigningKey(pem: string): KeyObject {
  const key = attempt(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'PROVENANCE_KEY contains no Ed25519 private key in PEM format.',
    remedy: 'Create one with "bootready signing-key FILE", and name the file in PROVENANCE_KEY_FILE.',
  });
}

export function makePublicPem(key: KeyObject): string {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'pem' }).toString();
}

/** All public keys of a PEM text, one after the other. @throws BootreadyError `invalid-input` */
export function readPublicKeys(pem: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  const keys = blocks.map((block) => attempt(() => createPublicKey(block)));
  if (keys.length > 0 && keys.every((key) => key?.asymmetricKeyType === 'ed25519')) return keys as KeyObject[];
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'The file contains no Ed25519 public key in PEM format.',
    remedy: '"bootready provenance keys" shows the keys of an installation.',
  });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
