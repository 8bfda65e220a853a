import { stat } from 'node:fs/promises';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { openFileSource } from '../../workers/tools/file-source.ts';

/** @throws BootreadyError `invalid-input` when it is not there, not readable or no regular file */
export async function openImageFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  let isFile: boolean;
  try {
    isFile = (await stat(path)).isFile();
    if (isFile) return await openFileSource(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw unfit(
      missing ? `There is no file ${path}.` : `${path} cannot be read.`,
      'Name an image file that you can read.',
      error,
    );
  }
  throw unfit(
    `${path} is not a file.`,
    'Name an image file. Copy a disk into a file first: qemu-img convert -f raw -O qcow2 /dev/DISK FILE.qcow2',
  );
}

function unfit(message: string, remedy: string, cause?: unknown): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy, cause });
}
