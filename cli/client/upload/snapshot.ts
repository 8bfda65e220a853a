import { BootreadyError } from '../../../shared/errors.ts';
import { importImage } from './import.ts';
import type { UploadOptions } from './send-upload.ts';
import { upload } from './upload.ts';

/** Sends or fetches a snapshot of an instance; it has the options of both ways. */
export async function importSnapshot(
  source: string,
  { kind, ...options }: UploadOptions & { name: string; kind: string; checksum?: string },
): Promise<void> {
  if (/^https?:\/\//i.test(source)) return importImage(source, { ...options, snapshot: kind });
  if (options.checksum !== undefined) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: '--checksum is only for downloads from a URL.',
      remedy: 'Remove it: each part of an uploaded file has its own checksum.',
    });
  }
  return upload([source], { ...options, snapshot: kind });
}
