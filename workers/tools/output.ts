import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { removeTree } from './remove-tree.ts';

/**
 * The one door to what a sandbox wrote. Who writes there may be the attacker: a name can be a link to a file of the host, a FIFO
 * that blocks its reader forever, or a file that changes while it is read. So the name is resolved once, without following
 * and without waiting (open(2), O_NOFOLLOW, O_NONBLOCK), and from then on only the descriptor counts.
 */
export type Output = ByteSource & {
  /** Fills the buffer from there on; with less only at the end. @returns what was filled */
  readInto(buffer: Buffer, offset: number): Promise<Buffer>;
  /** Bytes on the disk: less than `size` when the file has holes. */
  allocatedSize: number;
  close(): Promise<void>;
};

/** Linux, open(2): only a name for `fstat` and `/proc/self/fd`, nothing is opened. Node has no constant for it. */
const pathOnly = 0o10000000;

function ours({ uid, nlink }: { uid: number; nlink: number }): boolean {
  return uid === process.getuid?.() && nlink === 1;
}

function makeRefusedError(reason: string): BootreadyError {
  return new BootreadyError({
    code: 'tool-failed',
    message: `The output of a tool is not used: ${reason}.`,
    remedy: 'The image may have taken control of the tool. Do not use the image.',
    context: { stderr: reason },
  });
}

/** Reads exactly this much: a file that became shorter meanwhile is not what was checked. */
async function readFully(file: FileHandle, offset: number, into: Buffer): Promise<Buffer> {
  const { length } = into;
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(into, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw makeRefusedError('the file became shorter while it was read');
    filled += bytesRead;
  }
  return into;
}

/**
 * Opens a file that a sandbox wrote, as a source; the caller closes it. It never returns more bytes than the file had when it was opened. The folder must
 * belong to the host: only the last part of the path may be the sandbox's.
 * @throws BootreadyError `tool-failed` when it is not a regular file, is a link or has further links, belongs to another user, or is larger than `maxBytes`;
 * ENOENT when it does not exist
 */
export async function openOutput(path: string, { maxBytes }: { maxBytes: number }): Promise<Output> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY).catch((error: NodeJS.ErrnoException) => {
    // A link, a socket, a file that its writer has made unreadable.
    if (error.code === 'ENOENT') throw error;
    throw makeRefusedError(`it cannot be opened (${error.code})`);
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw makeRefusedError('it is no regular file');
    if (!ours(status)) throw makeRefusedError('it has another owner, or further names');
    if (status.size > maxBytes)
      throw makeRefusedError(`it has ${status.size} bytes, and at most ${Math.floor(maxBytes)} are allowed`);
    return {
      size: status.size,
      allocatedSize: status.blocks * 512,
      read: (offset, length) =>
        readFully(file, offset, Buffer.allocUnsafe(Math.max(0, Math.min(length, status.size - offset)))),
      readInto: (buffer, offset) =>
        readFully(file, offset, buffer.subarray(0, Math.max(0, Math.min(buffer.length, status.size - offset)))),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** As `openOutput`, of a file whose size is known. @throws also when it has another one */
export async function openWhole(path: string, size: number): Promise<Output> {
  const output = await openOutput(path, { maxBytes: size });
  if (output.size === size) return output;
  await output.close();
  throw makeRefusedError(`it has ${output.size} bytes instead of ${size}`);
}

/** Reads the whole of a small file that a sandbox wrote. @throws as `openOutput` */
export async function readOutput(path: string, limits: { maxBytes: number }): Promise<Buffer> {
  const output = await openOutput(path, limits);
  try {
    return await output.read(0, output.size);
  } finally {
    await output.close();
  }
}

/**
 * Moves a file that a sandbox wrote to where no sandbox writes, and checks it there: from now on it may be used by its name. The
 * sandbox must have ended.
 * @throws as `openOutput`; then nothing is left at `to`
 */
export async function takeOutput(from: string, to: string, limits: { maxBytes: number }): Promise<void> {
  // Moves a link itself and not what it points to: rename(2).
  await rename(from, to);
  try {
    await (await openOutput(to, limits)).close();
  } catch (error) {
    await removeTree(to);
    throw error;
  }
}

/**
 * Opens a socket on which a sandbox listens. The returned path leads to no other socket, however the name changes. Undefined while the socket does not exist.
 * @throws BootreadyError `tool-failed` when there is a file that is not a socket
 */
export async function openSocket(path: string): Promise<{ path: string; close(): Promise<void> } | undefined> {
  const file = await open(path, pathOnly | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  const status = await file.stat();
  if (status.isSocket() && ours(status)) return { path: `/proc/self/fd/${file.fd}`, close: () => file.close() };
  await file.close();
  throw makeRefusedError('another file is in the place of its socket');
}
