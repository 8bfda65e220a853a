import { mkdir, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Dependency } from './dependency.ts';
import { explainReason } from './reason.ts';

const GiB = 1024 ** 3;
/** Below the first nothing useful can be converted; the second is a common size of a cloud image's disk, converted and in work. */
const least = 2 * GiB;
const comfortable = 40 * GiB;
/** f_type of file systems that live in memory; statfs(2) */
const inMemory = new Set([0x01021994, 0x858458f6]);

export const scratch: Dependency = {
  name: 'scratch',
  seconds: 10,
  remedy: 'Set SCRATCH_DIR to a folder on a local disk.',
  examine: async ({ config, say }) => {
    const { SCRATCH_DIR: root, WORKER_CONCURRENCY: atOnce } = config;
    const folder = await mkdir(root, { recursive: true })
      .then(() => mkdtemp(join(root, 'doctor-')))
      .catch((cause: unknown) => {
        throw new BootreadyError({
          code: 'unavailable',
          message: `${root} cannot be written: ${explainReason(cause)}.`,
          remedy: 'Make the user of the worker its owner (chown), or set SCRATCH_DIR to another folder.',
          cause,
        });
      });
    try {
      if (!(await keepsHoles(join(folder, 'sparse')))) {
        say.warning(
          `The file system of ${root} does not support sparse files. Every image uses its full size there.`,
          'Set SCRATCH_DIR to a folder on ext4 or XFS.',
        );
      }
      const { bavail, blocks, bsize, type } = await statfs(folder);
      const [free, size] = [bavail * bsize, blocks * bsize];
      const room = `${gibibytes(free)} free of ${gibibytes(size)} at ${root}`;
      const remedy = `Add space, or set SCRATCH_DIR to another folder. Up to ${atOnce} images are processed there at the same time (WORKER_CONCURRENCY).`;
      if (free < least) say.failed(`There is too little space: ${room}.`, remedy);
      else if (inMemory.has(type) && size < comfortable) {
        say.warning(`It is in memory, which images fill quickly: ${room}.`, remedy);
      } else if (free < comfortable) say.warning(`There is little space for large images: ${room}.`, remedy);
      else say.ok(`${room}.`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function gibibytes(bytes: number): string {
  return `${(bytes / GiB).toFixed(bytes < 10 * GiB ? 1 : 0)} GiB`;
}

async function keepsHoles(path: string): Promise<boolean> {
  const file = await open(path, 'w');
  try {
    const size = 64 * 1024 ** 2;
    await file.write(Buffer.alloc(4096, 1), 0, 4096, size - 4096);
    await file.sync();
    const { blocks } = await file.stat();
    return blocks * 512 < size / 2;
  } finally {
    await file.close();
  }
}
