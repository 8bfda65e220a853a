import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { DirectoryTargetConfig } from '../../shared/operation/targets.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Deliverable, DeliveryControl, Target } from '../../shared/ports/targets.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { listInStream, removeFromStream } from './simplestreams.ts';
import { again, otherBytes } from './trouble.ts';
import { assertInside, writeBytes, writeWhole } from './whole-file.ts';

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

/** A folder, of a network filesystem say: the image under its SHA-256, its documents and SHA256SUMS beside it. */
export function createDirectoryTarget(
  name: string,
  { path: root, simplestreams = false }: DirectoryTargetConfig,
): Target {
  /** Turns an error of the filesystem into our error. */
  const explainErrors = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
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
      explainErrors(control.signal, async () => {
        await assertThere();
        const folder = join(root, image.projectId, image.imageId);
        await mkdir(folder, { recursive: true });
        await assertInside(root, folder);
        const { sha256 } = image.digests;
        const file = `${sha256}.${image.format}`;
        for (const document of image.documents) {
          await writeWhole(folder, `${sha256}.${document.name}`, writeBytes(document.body));
        }
        if (!(await isSame(join(folder, file), image))) {
          await writeWhole(folder, file, (into) => writeSparse(into, image.source, control), {
            check: async (partial) => {
              if (!(await isSame(partial, image, control))) throw otherBytes(name, { file });
            },
          });
        }
        // As sha256sum(1) reads it; last, for it says that all is there.
        await writeWhole(folder, 'SHA256SUMS', writeBytes(Buffer.from(`${sha256}  ${file}\n`)));
        if (simplestreams) await listInStream(root, image, new Date());
        return { location: join(folder, file) };
      }),

    clear: ({ projectId, imageId, digests: { sha256 }, wasThere }, signal) =>
      explainErrors(signal, async () => {
        await assertThere();
        const folder = join(root, projectId, imageId);
        const names = await readdir(folder).catch(noneWhereMissing);
        if (names.length > 0) await assertInside(root, folder);
        const isHalf = (file: string): boolean => file.startsWith('.') && file.endsWith('.partial');
        const isWhole = (file: string): boolean => file === 'SHA256SUMS' || file.startsWith(`${sha256}.`);
        for (const file of names) {
          if (isHalf(file) || (!wasThere && isWhole(file))) await rm(join(folder, file), { force: true });
        }
        // A file of somebody else keeps the folder.
        if (!wasThere) await rmdir(folder).catch(() => undefined);
        if (simplestreams) await removeFromStream(root);
      }),

    check: (signal) =>
      explainErrors(signal, async () => {
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
