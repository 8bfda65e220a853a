import { BootreadyError } from '../../shared/errors.ts';
import { foreignLimits } from '../../shared/foreign-limits.ts';
import { type ForeignDoor, foreignTask } from '../../shared/ports/foreign.ts';
import type { FoundChecksum, SignatureProblem, Sums } from './sums-contract.ts';

export const sumsTask = foreignTask<typeof import('./sums-file.ts').findChecksum>(
  import.meta.url,
  './sums-file.ts',
  'findChecksum',
  foreignLimits.sums,
);

/**
 * The checksum that a mirror's file has for the file at this URL, read behind the door.
 * @throws BootreadyError `invalid-input` when there is none, or several, when it is not signed as it must be, or reading the file takes too much; and as the door
 */
export const checksumFrom = async (door: ForeignDoor, sums: Sums): Promise<FoundChecksum> => {
  const found = await door.run(sumsTask, sums, {});
  if (found.state === 'exceeded') {
    throw refused(
      `To read the file of checksums takes more than ${foreignLimits.sums.partSeconds} seconds on the processor.`,
      'Give the address of SHA256SUMS, SHA512SUMS or the like.',
    );
  }
  if ('problem' in found.value) throw refused(...signatureProblems[found.value.problem]);
  const { checksum, signedAt } = found.value;
  if (checksum !== undefined) return { checksum, ...(signedAt === undefined ? {} : { signedAt }) };
  throw refused(
    'The file of checksums does not name the image, or names it with several.',
    "Compare both addresses: the last part of the image's must stand in the file, with a sha256 or sha512.",
  );
};

const askTheMirror = 'Nothing is fetched until that is settled. Ask who runs the mirror, and compare with another one.';
const newKey = 'Get the key that is used now from who signs, compare its fingerprint, and set the source with it.';

const signatureProblems: Readonly<Record<SignatureProblem, [message: string, remedy: string]>> = {
  'no-keys': [
    'The signing key of the source cannot be read.',
    'Give public keys as "gpg --armor --export KEY" writes them.',
  ],
  unsigned: [
    'The file of checksums is not signed, or its signature cannot be read.',
    'Name the file with the signature (--signature-url), or a file that is signed within. For checksums that nobody signs, set the source without a key.',
  ],
  'another-key': ['The file of checksums is signed with another key than the one of the source.', newKey],
  'key-ended': ['The signing key of the source has expired, or was revoked.', newKey],
  expired: ['The signature of the file of checksums has expired.', askTheMirror],
  weak: [
    'The file of checksums is signed by means that are not safe any more (SHA-1, DSA, short RSA keys).',
    'Take another mirror, or a checksum that you know by another way (--checksum).',
  ],
  wrong: ['The signature does not belong to this file of checksums: one of them was changed.', askTheMirror],
};

const refused = (message: string, remedy: string): BootreadyError =>
  new BootreadyError({ code: 'invalid-input', message, remedy });
