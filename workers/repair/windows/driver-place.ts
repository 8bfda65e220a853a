import { readdir, stat } from 'node:fs/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import type { GuestfishOptions } from '../../tools/guestfish.ts';
import { type DriverPlace, virtioWinInside } from '../mend-contract.ts';

/**
 * Makes virtio-win ready for guestfish. `path` is what the operator names: a folder, or an ISO image, which the appliance opens as a second disk.
 * @throws BootreadyError `tool-missing` when nothing is there
 */
export async function openDriverPlace(
  path = '',
): Promise<{ options: Pick<GuestfishOptions, 'furtherDisks' | 'readOnly'>; place: DriverPlace }> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BootreadyError({
      code: 'tool-missing',
      message: path ? `virtio-win does not exist at ${path}.` : 'This worker has no virtio-win.',
      remedy: 'Set VIRTIO_WIN to the path of its ISO image or its unpacked folder, on every worker.',
      retryable: true,
      cause,
    });
  });
  if (!found.isDirectory()) {
    return { options: { furtherDisks: { [`${virtioWinInside}.iso`]: path } }, place: { kind: 'iso' } };
  }
  const paths = (await readdir(path, { recursive: true })).map((name) => name.replaceAll('\\', '/'));
  return { options: { readOnly: { [virtioWinInside]: path } }, place: { kind: 'folder', paths } };
}
