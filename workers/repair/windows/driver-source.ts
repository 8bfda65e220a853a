import { posix } from 'node:path';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Guestfish } from '../../tools/guestfish-answers.ts';
import { type DriverPlace, virtioWinInside } from '../mend-contract.ts';

/** virtio-win as guestfish sees it. */
export type DriverSource = {
  /** Paths of all its files, without a slash in front. Nothing must be mounted; nothing is afterwards. */
  list(guestfish: Guestfish): Promise<readonly string[]>;
  /** Makes files ready to be uploaded: their paths for guestfish, in the same order. The same holds. */
  fetch(guestfish: Guestfish, paths: readonly string[]): Promise<string[]>;
};

export function driverSource(place: DriverPlace): DriverSource {
  return place.kind === 'folder'
    ? {
        list: async () => place.paths,
        fetch: async (_guestfish, paths) => paths.map((each) => posix.join(virtioWinInside, each)),
      }
    : onSecondDisk;
}

const onSecondDisk: DriverSource = {
  list: (guestfish) => withMounted(guestfish, async ({ ask }) => (await ask('find', '/')) ?? []),
  fetch: (guestfish, paths) =>
    withMounted(guestfish, async ({ ask }) => {
      const local: string[] = [];
      for (const [index, each] of paths.entries()) {
        const target = `/out/driver-${index}`;
        if (!(await ask('download', `/${each}`, target))) throw unreadable();
        local.push(target);
      }
      return local;
    }),
};

/** The second disk is it: guestfish names them in the order in which they were added. */
async function withMounted<T>(guestfish: Guestfish, work: (guestfish: Guestfish) => Promise<T>): Promise<T> {
  const device = (await guestfish.ask('list-devices'))?.[1];
  if (!device || !(await guestfish.ask('mount-ro', device, '/'))) throw unreadable();
  try {
    return await work(guestfish);
  } finally {
    await guestfish.ask('umount-all');
  }
}

function unreadable(): BootreadyError {
  return new BootreadyError({
    code: 'tool-failed',
    message: 'virtio-win (VIRTIO_WIN) cannot be read: it is not an ISO image, or it is damaged.',
    remedy: 'Download it again, or unpack it and set VIRTIO_WIN to the folder.',
  });
}
