import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

/** Dead Simple Signing Envelope, v1.0.2: https://github.com/secure-systems-lab/dsse */
export const Envelope = z.object({
  payloadType: z.string(),
  /** Base64 of the bytes that are signed. */
  payload: z.base64(),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.base64() })).min(1),
});
export type Envelope = z.infer<typeof Envelope>;

/** Pre-authentication encoding: what is really signed. Lengths are of bytes. */
export function pae(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}

/** SHA-256 of the public key's DER (SubjectPublicKeyInfo), lower-case hex. */
export function makeKeyId(key: KeyObject): string {
  const shown = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(shown.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** @param key Ed25519, private (RFC 8032) */
export function signEnvelope(payloadType: string, payload: Buffer, key: KeyObject): Envelope {
  return {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [{ keyid: makeKeyId(key), sig: sign(null, pae(payloadType, payload), key).toString('base64') }],
  };
}

/** The payload when one of the keys has signed it; undefined when none has. Key ids are hints and are not believed. */
export function openEnvelope(
  { payloadType, payload, signatures }: Envelope,
  keys: readonly KeyObject[],
): { payload: Buffer; key: KeyObject } | undefined {
  const body = Buffer.from(payload, 'base64');
  const signed = pae(payloadType, body);
  for (const { sig } of signatures) {
    const key = keys.find((each) => verify(null, signed, each, Buffer.from(sig, 'base64')));
    if (key) return { payload: body, key };
  }
  return undefined;
}
