import { BootreadyError } from '../../shared/errors.ts';
import { foreignLimits } from '../../shared/limits/foreign-limits.ts';
import { type ForeignDoor, foreignTask } from '../../shared/ports/foreign.ts';
import type { FoundChecksum, SignatureProblem, Sums } from './sums-contract.ts';

const sumsTask = foreignTask<typeof import('./sums-file.ts').findChecksum>(
  import.meta.url,
  './sums-file.ts',
  'findChecksum',
  foreignLimits.sums,
);

/**
 * The checksum that a mirror's file has for the file at this URL, read behind the door.
 * @throws BootreadyError `invalid-input` when the file has no such entry, or several, when it is not signed as it must be, or when reading the file takes too
 * much; and as the door
 */
export async function checksumFrom(door: ForeignDoor, sums: Sums): Promise<FoundChecksum> {
  const found = await door.run(sumsTask, sums, {});
  if (found.state === 'exceeded') {
    throw makeRefusedError(
      `Reading the checksum file takes more than ${foreignLimits.sums.partSeconds} seconds of processor time.`,
      'Give the address of SHA256SUMS, SHA512SUMS or a similar file.',
    );
  }
  if ('problem' in found.value) throw makeRefusedError(...signatureProblems[found.value.problem]);
  const { checksum, signedAt } = found.value;
  if (checksum !== undefined) return { checksum, ...(signedAt === undefined ? {} : { signedAt }) };
  throw makeRefusedError(
    'The checksum file does not list the image, or lists several checksums for it.',
    "Compare both addresses: the file must list the last part of the image's address with a sha256 or sha512.",
  );
}

const askTheMirror =
  'No image is downloaded until this is resolved. Ask the operator of the mirror, and compare with another mirror.';
const newKey = 'Get the current key from the signer, compare its fingerprint, and set the source with it.';

const signatureProblems: Readonly<Record<SignatureProblem, [message: string, remedy: string]>> = {
  'no-keys': [
    'The signing key of the source cannot be read.',
    'Give public keys in the format of "gpg --armor --export KEY".',
  ],
  unsigned: [
    'The checksum file is not signed, or its signature cannot be read.',
    'Name the signature file (--signature-url), or a file with an inline signature. For unsigned checksums, set the source without a key.',
  ],
  'another-key': ['The checksum file is signed with a different key than the key of the source.', newKey],
  'key-ended': ['The signing key of the source has expired, or was revoked.', newKey],
  expired: ['The signature of the checksum file has expired.', askTheMirror],
  weak: [
    'The checksum file has an outdated, unsafe signature (SHA-1, DSA, short RSA keys).',
    'Use another mirror, or a checksum from another trusted place (--checksum).',
  ],
  wrong: ['The signature does not match this checksum file: one of them was changed.', askTheMirror],
};

function makeRefusedError(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy });
}
