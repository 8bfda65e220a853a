import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BootreadyError } from '../errors.ts';
import { decrypt, deriveKey, encrypt } from './encrypt.ts';

const make = 'openssl rand -hex 32';

/** SECRETS_KEY: one key or several, the newest first, with spaces, commas or line breaks between. */
export const SecretsKey = z
  .string()
  .transform((text) => text.split(/[\s,]/).filter((key) => key !== ''))
  .refine((keys) => keys.length > 0 && keys.every((key) => /^[0-9a-f]{64}$/i.test(key)), {
    error: `each key must have 64 hexadecimal digits; create one with: ${make}`,
  })
  .refine((keys) => new Set(keys.map((key) => key.toLowerCase())).size === keys.length, {
    error: 'the same key is listed twice',
  });

/** Keys that only the configuration has: they encrypt secrets in the database, and sign tokens of the API. */
export type SecretKeys = {
  /** How a text begins that is encrypted with each of them, the newest first; all of one length. */
  prefixes: [string, ...string[]];
  /** @param about the table, column and id that it belongs to: copied to another row it does not open */
  encrypt(text: string, about: string): string;
  /** Returns clear text unchanged, because it is from the time before there were keys. @throws `unavailable` that names the missing key */
  decrypt(text: string, about: string): string;
  /** A key for each of ours, the newest first: sign with the first, and let all of them prove. */
  derive(purpose: string): [Uint8Array, ...Uint8Array[]];
};

/** How everything begins that is encrypted; after it the id of the key, a colon, and the rest in base64url. */
export const encryptedPrefix = 'sealed:v1:';
const form = /^sealed:v1:([0-9a-f]{8}):([\w-]+)$/;

/** Tells keys apart, and nothing about them. */
function makeId(key: string): string {
  return Buffer.from(deriveKey(key, 'key id')).toString('hex', 0, 4);
}

export function newSecretsKey(): string {
  return randomBytes(32).toString('hex');
}

/** @param keys of `SecretsKey` @throws `invalid-input` when the list is empty */
export function makeSecretKeys(keys: readonly string[] = []): SecretKeys {
  const [newest, ...older] = keys.map((key) => key.toLowerCase());
  if (newest === undefined) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'SECRETS_KEY is not set. Webhook secrets cannot be encrypted, and tokens cannot be signed.',
      remedy: `Create a key once (${make}), keep a copy in a safe place, and set SECRETS_KEY or SECRETS_KEY_FILE for the API and the queue workers.`,
    });
  }
  const byId = new Map([newest, ...older].map((key) => [makeId(key), key]));
  const takePrefix = (key: string): string => `${encryptedPrefix}${makeId(key)}:`;
  const prefixes: SecretKeys['prefixes'] = [takePrefix(newest), ...older.map(takePrefix)];
  return {
    prefixes,
    encrypt: (text, about) => `${prefixes[0]}${encrypt(text, newest, about).toString('base64url')}`,
    decrypt: (text, about) => {
      if (!text.startsWith(encryptedPrefix)) return text;
      const [, id = '', body = ''] = form.exec(text) ?? [];
      const key = byId.get(id);
      if (key === undefined) throw noSuchKey(about, id);
      const opened = decrypt(Buffer.from(body, 'base64url'), key, about);
      if (opened === undefined) throw makeChangedError(about);
      return opened;
    },
    derive: (purpose) => [deriveKey(newest, purpose), ...older.map((key) => deriveKey(key, purpose))],
  };
}

function noSuchKey(about: string, id: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The secret at ${about} is encrypted with the key ${id || '?'}, which is not in SECRETS_KEY.`,
    remedy:
      'Add that key to SECRETS_KEY, after the newest one. If the key is lost, so is the secret: delete the webhook and create it again.',
    // Somebody may add the key meanwhile.
    retryable: true,
  });
}

function makeChangedError(about: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The secret at ${about} was changed in the database, or copied there from another row.`,
    remedy: 'Find out who wrote to the database. Then delete the webhook and create it again.',
  });
}
