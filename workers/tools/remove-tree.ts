import type { Dir, Dirent } from 'node:fs';
import { chmod, lstat, mkdtemp, opendir, rename, rmdir, unlink } from 'node:fs/promises';

/**
 * Removes a folder that a sandbox could write, once the sandbox has ended. Node's `rm` fails on some of these folders: on those nested deeper than a path can
 * be long, on those without permissions, and on names that are not UTF-8. Follows no link. Moves each inner folder to the top before it is emptied, so memory
 * and the length of paths stay small in every case. A missing folder is not an error.
 */
export async function removeTree(path: string): Promise<void> {
  const top = await lstat(path).catch(ignoreMissing);
  if (!top) return;
  if (!top.isDirectory()) return unlink(path);
  const pen = await mkdtemp(`${path}.removing-`);
  let moved = 0;
  const moveIn = async (folder: Buffer | string): Promise<void> => {
    // To move a folder, its own ".." must be writable.
    await chmod(folder, 0o700);
    await rename(folder, `${pen}/${moved++}`);
  };
  await moveIn(path);
  // Folders that are moved while this goes on come later in the row.
  for (let each = 0; each < moved; each++) await empty(`${pen}/${each}`, moveIn);
  await rmdir(pen);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function empty(folder: string, moveIn: (inner: Buffer) => Promise<void>): Promise<void> {
  for (;;) {
    // Types of Node 24 do not know names as bytes here.
    const entries = (await opendir(folder, { encoding: 'buffer' as BufferEncoding })) as unknown as AsyncIterable<
      Dirent<Buffer>
    > &
      Dir;
    for await (const entry of entries) {
      const inner = Buffer.concat([Buffer.from(`${folder}/`), entry.name]);
      // Filesystems may leave the type out of the list: readdir(3), DT_UNKNOWN.
      const isFolder = entry.isDirectory() || (!isKnown(entry) && (await lstat(inner)).isDirectory());
      if (isFolder) await moveIn(inner);
      else await unlink(inner);
    }
    // If a file is removed during the listing, the list may leave out the files behind it.
    if (await rmdir(folder).then(() => true, notEmpty)) return;
  }
}

function isKnown(entry: Dirent<Buffer>): boolean {
  return entry.isFile() || entry.isSymbolicLink() || entry.isFIFO() || entry.isSocket();
}

function notEmpty(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOTEMPTY') throw error;
  return false;
}
