import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * The file gets its name only when all of it is on the disk: fsync, rename, fsync of the folder (fsync(2), rename(2)). All writers share one partial file. That
 * is safe, because each of them writes the same bytes to the same places: over the remains of a killed writer, or beside one that still runs.
 * @param check checks the new file before it gets its name
 * @param ownPartial where two writers may have different bytes: each has a partial file of its own
 */
export async function writeWhole(
  folder: string,
  name: string,
  write: (file: FileHandle) => Promise<unknown>,
  { check, ownPartial = false }: { check?: (path: string) => Promise<void>; ownPartial?: boolean } = {},
): Promise<void> {
  const own = ownPartial ? `.${randomBytes(6).toString('hex')}` : '';
  const [partial, whole] = [join(folder, `.${name}${own}.partial`), join(folder, name)];
  try {
    // Others may write into the folder too: through a link, the bytes would land in any file that this worker may write.
    const file = await open(partial, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await check?.(partial);
    await rename(partial, whole).catch(async (error: NodeJS.ErrnoException) => {
      // The other one was faster.
      if (error.code !== 'ENOENT' || !(await stat(whole).catch(() => undefined))) throw error;
    });
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export function writeBytes(bytes: Buffer) {
  return async (file: FileHandle): Promise<void> => {
    await file.write(bytes, 0, bytes.length, 0);
    await file.truncate(bytes.length);
  };
}

/**
 * A small file as text. Others may write into the folder too: nothing waits for a pipe, follows a link or fills the memory.
 * @throws Error if it is no file, or longer than `most` bytes
 */
export async function readSmall(path: string, most: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('no file');
    const bytes = Buffer.alloc(Math.min(found.size, most) + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead === bytes.length) throw new Error(`longer than ${most} bytes`);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A folder of ours may not be a link to another place. */
export async function assertInside(root: string, folder: string): Promise<void> {
  if ((await realpath(folder)) !== join(await realpath(root), relative(root, folder))) {
    throw Object.assign(new Error('a link leads out of the folder'), { code: 'ELOOP' });
  }
}
