import type { KeyObject } from 'node:crypto';
import { Envelope, makeKeyId, openEnvelope } from './dsse.ts';
import { payloadType, Statement } from './statement.ts';

export type Verification =
  | { trusted: true; statement: Statement; keyId: string }
  | { trusted: false; message: string; remedy: string };

function no(message: string, remedy: string): Verification {
  return { trusted: false, message, remedy };
}

/**
 * Whether a file, by its hash, is what one of the keys' holders published. Needs no network.
 * @param text of the provenance file
 * @param sha256 lower-case hex, of the file that is in question
 */
export function verifyProvenance(text: string, sha256: string, keys: readonly KeyObject[]): Verification {
  const envelope = Envelope.safeParse(json(text));
  if (!envelope.success) {
    return no(
      'This is not a provenance file: it contains no signed envelope.',
      'Download it again: bootready provenance show IMAGE.',
    );
  }
  const opened = openEnvelope(envelope.data, keys);
  if (!opened) {
    return no(
      'The signature is not from one of these keys, or the signed content was changed.',
      'Do not trust the file. Compare the keys with those of the installation ("bootready provenance keys").',
    );
  }
  const statement = Statement.safeParse(json(opened.payload.toString('utf8')));
  if (envelope.data.payloadType !== payloadType || !statement.success) {
    return no('The signed content is not the provenance of an image.', 'Use a newer bootready, or ask the signer.');
  }
  const signed = statement.data.subject[0].digest.sha256;
  if (signed !== sha256) {
    return no(
      `The file is not the published one: its SHA-256 is ${sha256}, the signed one is ${signed}.`,
      'Download it again. If this remains, do not use it.',
    );
  }
  return { trusted: true, statement: statement.data, keyId: makeKeyId(opened.key) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
