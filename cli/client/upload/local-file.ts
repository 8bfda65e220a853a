import { type FileHandle, open, realpath } from 'node:fs/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ByteSource } from '../../../shared/ports/byte-source.ts';

/** Values that show, without reading the file, that it is still the same. */
export type FileIdentity = { size: number; mtimeNs: string; inode: string };

export type LocalFile = {
  /** Absolute, symbolic links resolved. */
  path: string;
  identity: FileIdentity;
  source: ByteSource;
  /** Fills the buffer from a place of the file. @throws `conflict` when the file has become shorter */
  fill(buffer: Buffer, offset: number): Promise<void>;
  /** Its current identity. */
  look(): Promise<FileIdentity>;
  close(): Promise<void>;
};

export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.size === other.size && one.mtimeNs === other.mtimeNs && one.inode === other.inode;
}

export function makeChangedWhileSentError(name: string): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: `${name} was changed while it was being sent.`,
    remedy: 'Stop the program that writes to it, then run the same command again. The upload starts again.',
  });
}

/** @throws `invalid-input` when it is not there, not readable or no regular file */
export async function openLocalFile(name: string): Promise<LocalFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(name, 'r');
    if (!(await file.stat()).isFile()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return await describeFile(name, file);
  } catch (cause) {
    await file?.close();
    throw unreadable(name, cause);
  }
}

async function describeFile(name: string, file: FileHandle): Promise<LocalFile> {
  const look = async (): Promise<FileIdentity> => {
    // Whole numbers of 64 bits: network filesystems use all of an inode.
    const { size, mtimeNs, ino } = await file.stat({ bigint: true });
    return { size: Number(size), mtimeNs: String(mtimeNs), inode: String(ino) };
  };
  const readInto = async (buffer: Buffer, offset: number): Promise<number> => {
    let done = 0;
    while (done < buffer.length) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done));
      } catch (cause) {
        throw unreadable(name, cause);
      }
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  };
  const identity = await look();
  return {
    path: await realpath(name),
    identity,
    look,
    source: {
      size: identity.size,
      read: async (offset, length) => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, identity.size - offset)));
        return buffer.subarray(0, await readInto(buffer, offset));
      },
    },
    fill: async (buffer, offset) => {
      if ((await readInto(buffer, offset)) < buffer.length) throw makeChangedWhileSentError(name);
    },
    close: () => file.close(),
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'is not readable for you',
  EISDIR: 'is not a regular file',
  EIO: 'cannot be read: its disk reports an error',
};

function unreadable(name: string, cause: unknown): BootreadyError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return new BootreadyError({
    code: code === 'EIO' ? 'unavailable' : 'invalid-input',
    message: `${name} ${reasons[code] ?? `cannot be read (${code || 'unknown reason'})`}.`,
    remedy: 'Name the file of a disk image that you can read.',
    cause,
  });
}
