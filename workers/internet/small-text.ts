import { BootreadyError } from '../../shared/errors.ts';
import type { Door } from './door.ts';
import { openRemoteFile } from './remote-file.ts';

const mostBytes = 1024 ** 2;
/** Whoever asks for it has other things to do. */
const withinMs = 15_000;

/** A text of at most 1 MiB. @throws BootreadyError as `openRemoteFile`, and `invalid-input` when it is larger */
export const fetchText = async (door: Door, url: string, limitMs = withinMs): Promise<string> => {
  const signal = AbortSignal.timeout(limitMs);
  const pieces: Buffer[] = [];
  try {
    const { bytes, close } = await openRemoteFile(door, { url, signal, hasChecksum: false });
    try {
      let size = 0;
      for await (const piece of bytes) {
        size += piece.length;
        if (size > mostBytes) throw tooLarge();
        pieces.push(piece);
      }
    } finally {
      close();
    }
  } catch (error) {
    throw signal.aborted ? tooSlow(new URL(url).hostname) : error;
  }
  return Buffer.concat(pieces).toString('utf8');
};

const tooLarge = (): BootreadyError =>
  new BootreadyError({
    code: 'invalid-input',
    message: 'The file of checksums is larger than 1 MiB.',
    remedy: 'Give the address of SHA256SUMS, SHA512SUMS or the like.',
  });

const tooSlow = (host: string): BootreadyError =>
  new BootreadyError({
    code: 'unavailable',
    message: `${host} did not give the file of checksums in time.`,
    remedy: 'It is asked again when the source is due.',
    retryable: true,
  });
