import { BootreadyError } from '../../shared/errors.ts';
import type { Door } from './door.ts';
import { openRemoteFile } from './remote-file.ts';

const mostBytes = 1024 ** 2;
/** Anyone who asks for it has other things to do. */
const withinMs = 15_000;

/** A file of checksums or its signature: at most 1 MiB. @throws BootreadyError as `openRemoteFile`, and `invalid-input` when it is larger */
export async function fetchSmall(door: Door, url: string, limitMs = withinMs): Promise<Buffer> {
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
  return Buffer.concat(pieces);
}

function tooLarge(): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: 'The checksum file or its signature is larger than 1 MiB.',
    remedy: 'Give the address of SHA256SUMS, SHA512SUMS or a similar file, and of its signature.',
  });
}

function tooSlow(host: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `${host} did not send the checksum file or its signature in time.`,
    remedy: 'The next refresh of the source tries again.',
    retryable: true,
  });
}
