import type { KeyObject } from 'node:crypto';
import { Envelope, keyIdOf, openEnvelope } from './dsse.ts';
import { payloadType, Statement } from './statement.ts';

export type Verification =
  | { trusted: true; statement: Statement; keyId: string }
  | { trusted: false; message: string; remedy: string };

const no = (message: string, remedy: string): Verification => ({ trusted: false, message, remedy });

/**
 * Whether a file, by its hash, is what one of the keys' holders published. Needs no network.
 * @param text of the provenance file
 * @param sha256 lower-case hex, of the file that is in question
 */
export const verifyProvenance = (text: string, sha256: string, keys: readonly KeyObject[]): Verification => {
  const envelope = Envelope.safeParse(json(text));
  if (!envelope.success) {
    return no(
      'This is no provenance: there is no signed envelope in it.',
      'Fetch it again: bootready provenance show IMAGE.',
    );
  }
  const opened = openEnvelope(envelope.data, keys);
  if (!opened) {
    return no(
      'The signature is not one of these keys, or what it signs was changed.',
      'Do not trust the file. Compare the keys with those of the installation ("bootready provenance keys").',
    );
  }
  const statement = Statement.safeParse(json(opened.payload.toString('utf8')));
  if (envelope.data.payloadType !== payloadType || !statement.success) {
    return no('What is signed is no provenance of an image.', 'Use a newer bootready, or ask whoever signed it.');
  }
  const signed = statement.data.subject[0].digest.sha256;
  if (signed !== sha256) {
    return no(
      `The file is not the one that was published: its SHA-256 is ${sha256}, signed is ${signed}.`,
      'Download it again; if it stays so, do not use it.',
    );
  }
  return { trusted: true, statement: statement.data, keyId: keyIdOf(opened.key) };
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
