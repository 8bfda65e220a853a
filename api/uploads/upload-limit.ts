import type { Config } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/text/quantities.ts';

/** Before a byte is sent. @throws `quota-exceeded` */
export function assertUploadFits(size: number, { MAX_UPLOAD_BYTES: limit }: Config): void {
  if (size <= limit) return;
  throw new BootreadyError({
    code: 'quota-exceeded',
    message: `The file has ${formatBytes(size)}; the limit for uploads is ${formatBytes(limit)}.`,
    remedy: 'Compress it (qemu-img convert -c -O qcow2), or ask the operator for a higher limit.',
  });
}
