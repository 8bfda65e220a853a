import {
  type CleartextMessage,
  createMessage,
  type Message,
  type PublicKey,
  readCleartextMessage,
  readKeys,
  readSignature,
  type VerifyMessageResult,
  verify,
} from 'openpgp';
import type { SignatureProblem, Signed } from './sums-contract.ts';

/**
 * OpenPGP signatures of files of checksums (RFC 9580; RFC 4880, 7 for texts that carry theirs): `SHA256SUMS` that is signed within, or with a
 * file beside it (`SHA256SUMS.gpg`, `.sign`, `.asc`). The signature is another host's: read behind the door only (sums-file.ts).
 */

/** The signed text, without anything around it, and the time of its newest good signature in ms since 1970; or the reason not to trust it. */
export async function readSignedText(
  sums: Uint8Array,
  { keys: armoredKeys, signature }: Signed,
): Promise<{ text: string; signedAt: number } | { problem: SignatureProblem }> {
  const keys = await publicKeysIn(armoredKeys);
  if (keys.length === 0) return { problem: 'no-keys' };
  const verified = await (signature === undefined ? withinText(sums, keys) : beside(sums, signature, keys));
  if (verified === undefined || verified.signatures.length === 0) return { problem: 'unsigned' };
  const problems: SignatureProblem[] = [];
  const times: number[] = [];
  for (const each of verified.signatures) {
    const problem = await toProblem(each, keys);
    if (problem === undefined) times.push(await toTime(each));
    else problems.push(problem);
  }
  // One good signature of a wanted key is enough: a file may have several.
  if (times.length > 0) return { text: toText(verified.data), signedAt: Math.max(...times) };
  return { problem: problems.find((problem) => problem !== 'another-key') ?? 'another-key' };
}

const endOfKey = '-----END PGP PUBLIC KEY BLOCK-----';

/** None when one of them cannot be read: who gave it must hear of that. */
async function publicKeysIn(text: string): Promise<PublicKey[]> {
  // The library reads the first block of a text only.
  const blocks = text.split(endOfKey).slice(0, -1);
  try {
    return (await Promise.all(blocks.map((block) => readKeys({ armoredKeys: `${block}${endOfKey}` })))).flat();
  } catch {
    return [];
  }
}

const decoder = new TextDecoder();
function toText(data: string | Uint8Array): string {
  return typeof data === 'string' ? data : decoder.decode(data);
}

type Verified = Pick<VerifyMessageResult<string | Uint8Array>, 'data' | 'signatures'>;

async function withinText(sums: Uint8Array, verificationKeys: PublicKey[]): Promise<Verified | undefined> {
  const message = await orNone<CleartextMessage>(readCleartextMessage({ cleartextMessage: decoder.decode(sums) }));
  return message && verify({ message, verificationKeys });
}

async function beside(
  sums: Uint8Array,
  bytes: Uint8Array,
  verificationKeys: PublicKey[],
): Promise<Verified | undefined> {
  const signature =
    (await orNone(readSignature({ armoredSignature: decoder.decode(bytes) }))) ??
    (await orNone(readSignature({ binarySignature: bytes })));
  if (!signature) return undefined;
  const message: Message<Uint8Array> = await createMessage({ binary: sums });
  return verify({ message, signature, verificationKeys, format: 'binary' });
}

function orNone<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(() => undefined);
}

/** RFC 9580, 5.2.3.11: it is part of what was signed. */
async function toTime({ signature }: Verified['signatures'][number]): Promise<number> {
  return Math.max(...(await signature).packets.map(({ created }) => created?.getTime() ?? 0));
}

/** The library gives its reasons only as words. */
async function toProblem(
  { keyID, verified }: Verified['signatures'][number],
  keys: readonly PublicKey[],
): Promise<SignatureProblem | undefined> {
  const key = keys.find((each) => each.getKeys(keyID).length > 0);
  if (!key) return 'another-key';
  const said = await verified.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (said !== undefined && /insecure|too weak|considered/i.test(said)) return 'weak';
  // It asks whether the key was good when it signed; who has a key that has ended since could still sign with an earlier date.
  const ended = await key.getSigningKey(keyID, new Date()).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (ended !== undefined) return /too weak|insecure|considered/i.test(ended) ? 'weak' : 'key-ended';
  if (said === undefined) return undefined;
  return /signature is expired/i.test(said) ? 'expired' : 'wrong';
}
