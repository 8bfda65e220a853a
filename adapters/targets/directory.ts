import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { constants, type FileHandle, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { DirectoryTargetConfig } from '../../shared/operation/targets.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Deliverable, DeliveryControl, Target } from '../../shared/ports/targets.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { again, otherBytes } from './trouble.ts';

const chunkBytes = 4 * 1024 ** 2;
const pieceBytes = 64 * 1024;
const zeros = Buffer.alloc(pieceBytes);

/** Holes stay holes, where a whole piece is one. */
async function writeSparse(file: FileHandle, source: ByteSource, control: DeliveryControl): Promise<void> {
  for (let offset = 0; offset < source.size; ) {
    control.signal.throwIfAborted();
    const chunk = await source.read(offset, chunkBytes, control.signal);
    for (let start = 0; start < chunk.length; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes);
      if (!piece.equals(zeros.subarray(0, piece.length))) await file.write(piece, 0, piece.length, offset + start);
    }
    offset += chunk.length;
    control.progress((offset / source.size) * 70);
  }
  await file.truncate(source.size);
}

/**
 * The file gets its name only when all of it is on the disk: fsync, rename, fsync of the folder (fsync(2), rename(2)). All writers share one partial file. That
 * is safe, because each of them writes the same bytes to the same places: over the remains of a killed writer, or beside one that still runs.
 * @param check checks the new file before it gets its name
 */
async function writeWhole(
  folder: string,
  name: string,
  write: (file: FileHandle) => Promise<unknown>,
  check?: (path: string) => Promise<void>,
): Promise<void> {
  const [partial, whole] = [join(folder, `.${name}.partial`), join(folder, name)];
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

function writeBytes(bytes: Buffer) {
  return async (file: FileHandle): Promise<void> => {
    await file.write(bytes, 0, bytes.length, 0);
    await file.truncate(bytes.length);
  };
}

/** A folder, of a network filesystem say: the image under its SHA-256, its documents and SHA256SUMS beside it. */
export function createDirectoryTarget(name: string, { path: root }: DirectoryTargetConfig): Target {
  /** Turns an error of the filesystem into our error. */
  const explained = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (isBootreadyError(error)) throw error;
      throw describeTrouble(name, (error as NodeJS.ErrnoException).code ?? '', error);
    }
  };

  /** It is not made here: where a mount is missing, the image would fill the disk below. */
  const assertThere = async (): Promise<void> => {
    if (!(await stat(root)).isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
  };

  /** A folder of a project or an image may not be a link to another place. */
  const assertInside = async (folder: string): Promise<void> => {
    if ((await realpath(folder)) !== join(await realpath(root), relative(root, folder))) {
      throw Object.assign(new Error('a link leads out of the folder'), { code: 'ELOOP' });
    }
  };

  const isSame = async (
    path: string,
    { source, digests }: Deliverable,
    control?: DeliveryControl,
  ): Promise<boolean> => {
    const there = await stat(path).catch(() => undefined);
    if (there?.size !== source.size) return false;
    let read = 0;
    const counted = async function* (): AsyncGenerator<unknown> {
      for await (const chunk of createReadStream(path, { signal: control?.signal })) {
        read += (chunk as Buffer).length;
        control?.progress(70 + (read / source.size) * 29);
        yield chunk;
      }
    };
    return (await computeSha256(counted())) === digests.sha256;
  };

  return {
    deliver: (image, control) =>
      explained(control.signal, async () => {
        await assertThere();
        const folder = join(root, image.projectId, image.imageId);
        await mkdir(folder, { recursive: true });
        await assertInside(folder);
        const { sha256 } = image.digests;
        const file = `${sha256}.${image.format}`;
        for (const document of image.documents) {
          await writeWhole(folder, `${sha256}.${document.name}`, writeBytes(document.body));
        }
        if (!(await isSame(join(folder, file), image))) {
          await writeWhole(
            folder,
            file,
            (into) => writeSparse(into, image.source, control),
            async (partial) => {
              if (!(await isSame(partial, image, control))) throw otherBytes(name, { file });
            },
          );
        }
        // As sha256sum(1) reads it; last, for it says that all is there.
        await writeWhole(folder, 'SHA256SUMS', writeBytes(Buffer.from(`${sha256}  ${file}\n`)));
        return { location: join(folder, file) };
      }),

    clear: ({ projectId, imageId, digests: { sha256 }, wasThere }, signal) =>
      explained(signal, async () => {
        await assertThere();
        const folder = join(root, projectId, imageId);
        const names = await readdir(folder).catch(noneWhereMissing);
        if (names.length > 0) await assertInside(folder);
        const isHalf = (file: string): boolean => file.startsWith('.') && file.endsWith('.partial');
        const isWhole = (file: string): boolean => file === 'SHA256SUMS' || file.startsWith(`${sha256}.`);
        for (const file of names) {
          if (isHalf(file) || (!wasThere && isWhole(file))) await rm(join(folder, file), { force: true });
        }
        // A file of somebody else keeps the folder.
        if (!wasThere) await rmdir(folder).catch(() => undefined);
      }),

    check: (signal) =>
      explained(signal, async () => {
        await assertThere();
        const probe = `bootready-doctor-${randomBytes(6).toString('hex')}`;
        await writeWhole(root, probe, writeBytes(Buffer.from('bootready')));
        await rm(join(root, probe));
        return `the folder ${root} is writable`;
      }),
  };
}

function noneWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function describeTrouble(name: string, code: string, cause: unknown): BootreadyError {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new BootreadyError({
      code: 'not-found',
      message: `The folder of target "${name}" does not exist.`,
      remedy: `Mount or create it on every worker, or correct "path" of the target in TARGETS, ${again}`,
      cause,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new BootreadyError({
      code: 'forbidden',
      message: `The folder of target "${name}" cannot be written.`,
      remedy: `Make it writable for the user of the workers, ${again}`,
      cause,
    });
  }
  if (code === 'ELOOP') {
    return new BootreadyError({
      code: 'forbidden',
      message: `In the folder of target "${name}" a link stands where a file or folder of ours belongs.`,
      remedy: `Find out who made it, remove it, ${again}`,
      cause,
    });
  }
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new BootreadyError({
    code: 'unavailable',
    message: full
      ? `The folder of target "${name}" is full.`
      : `The folder of target "${name}" does not work correctly.`,
    remedy: full
      ? 'Free some space there. The delivery is retried.'
      : 'Check its disk or mount. The delivery is retried.',
    retryable: true,
    cause,
  });
}
