import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError } from '../../../shared/errors.ts';
import type { GuestfishOptions } from '../../tools/guestfish.ts';
import type { Guestfish } from '../../tools/guestfish-answers.ts';

/** virtio-win as guestfish sees it. */
export type DriverSource = {
  options: Pick<GuestfishOptions, 'furtherDisks' | 'readOnly'>;
  /** Paths of all its files, without a slash in front. Nothing must be mounted; nothing is afterwards. */
  list(guestfish: Guestfish): Promise<string[]>;
  /** Makes files ready to be uploaded: their paths for guestfish, in the same order. The same holds. */
  fetch(guestfish: Guestfish, paths: readonly string[]): Promise<string[]>;
};

const inside = '/virtio-win';

/**
 * `path` is what the operator names: a folder, or an ISO image, which the appliance opens as a second disk.
 * @throws BootreadyError `tool-missing` when nothing is there
 */
export const openDriverSource = async (path = ''): Promise<DriverSource> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BootreadyError({
      code: 'tool-missing',
      message: path ? `There is no virtio-win at ${path}.` : 'This worker has no virtio-win.',
      remedy: 'Set VIRTIO_WIN to the path of its ISO image or of its unpacked folder, on every worker.',
      retryable: true,
      cause,
    });
  });
  return found.isDirectory() ? folder(path) : iso(path);
};

const folder = (path: string): DriverSource => ({
  options: { readOnly: { [inside]: path } },
  list: async () => (await readdir(path, { recursive: true })).map((name) => name.replaceAll('\\', '/')),
  fetch: async (_guestfish, paths) => paths.map((each) => join(inside, each)),
});

const iso = (path: string): DriverSource => ({
  options: { furtherDisks: { [`${inside}.iso`]: path } },
  list: (guestfish) => mounted(guestfish, async ({ ask }) => (await ask('find', '/')) ?? []),
  fetch: (guestfish, paths) =>
    mounted(guestfish, async ({ ask }) => {
      const local: string[] = [];
      for (const [index, each] of paths.entries()) {
        const target = `/out/driver-${index}`;
        if (!(await ask('download', `/${each}`, target))) throw unreadable(path);
        local.push(target);
      }
      return local;
    }),
});

/** The second disk is it: guestfish names them in the order in which they were added. */
const mounted = async <T>(guestfish: Guestfish, work: (guestfish: Guestfish) => Promise<T>): Promise<T> => {
  const device = (await guestfish.ask('list-devices'))?.[1];
  if (!device || !(await guestfish.ask('mount-ro', device, '/'))) throw unreadable('VIRTIO_WIN');
  try {
    return await work(guestfish);
  } finally {
    await guestfish.ask('umount-all');
  }
};

const unreadable = (path: string): BootreadyError =>
  new BootreadyError({
    code: 'tool-failed',
    message: `virtio-win (${path}) cannot be read: it is no ISO image, or a broken one.`,
    remedy: 'Fetch it anew, or unpack it and set VIRTIO_WIN to the folder.',
  });
