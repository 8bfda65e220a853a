import { BootreadyError } from './errors.ts';
import { foreignLimits } from './foreign-limits.ts';
import { type ForeignDoor, foreignTask } from './ports/foreign.ts';

export const sumsTask = foreignTask<typeof import('./sums-file.ts').findChecksum>(
  import.meta.url,
  './sums-file.ts',
  'findChecksum',
  foreignLimits.sums,
);

/**
 * The checksum that a mirror's file has for the file at this URL, read behind the door.
 * @throws BootreadyError `invalid-input` when there is none, or several, or reading the file takes too much; and as the door
 */
export const checksumFrom = async (door: ForeignDoor, text: string, url: string): Promise<string> => {
  const found = await door.run(sumsTask, { text, url }, {});
  if (found.state === 'exceeded') {
    throw refused(
      `To read the file of checksums takes more than ${foreignLimits.sums.partSeconds} seconds on the processor.`,
      'Give the address of SHA256SUMS, SHA512SUMS or the like.',
    );
  }
  if (found.value !== undefined) return found.value;
  throw refused(
    'The file of checksums does not name the image, or names it with several.',
    "Compare both addresses: the last part of the image's must stand in the file, with a sha256 or sha512.",
  );
};

const refused = (message: string, remedy: string): BootreadyError =>
  new BootreadyError({ code: 'invalid-input', message, remedy });
