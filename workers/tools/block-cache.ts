import { setTimeout as pause } from 'node:timers/promises';
import { isBootreadyError } from '../../shared/errors.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';

const blockSize = 4 * 1024 ** 2;
/** 64 MiB: the eight readers of qemu-img, each with a block ahead. */
const maxBlocks = 16;
const tries = 5;

/**
 * Turns the many small reads of an image tool into few large ones: whole blocks, the next one fetched ahead, reads that fail
 * for what passes tried again. An object store far away costs a round trip for each read.
 */
export function cacheBlocks(source: ByteSource): ByteSource {
  const blocks = new Map<number, Promise<Buffer>>();

  const fetchBlock = async (index: number, signal?: AbortSignal): Promise<Buffer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await source.read(index * blockSize, blockSize, signal);
      } catch (error) {
        if (!isBootreadyError(error) || !error.retryable || attempt === tries) throw error;
        await pause(200 * 2 ** attempt, undefined, signal ? { signal } : {});
      }
    }
  };

  const block = (index: number, signal?: AbortSignal): Promise<Buffer> => {
    const there = blocks.get(index);
    if (there) {
      // Used again: to the young end.
      blocks.delete(index);
      blocks.set(index, there);
      return there;
    }
    const fetching = fetchBlock(index, signal);
    blocks.set(index, fetching);
    fetching.catch(() => blocks.delete(index));
    for (const oldest of blocks.keys()) {
      if (blocks.size <= maxBlocks) break;
      blocks.delete(oldest);
    }
    return fetching;
  };

  return {
    size: source.size,
    read: async (offset, length, signal) => {
      const end = Math.min(offset + length, source.size);
      if (end <= offset) return Buffer.alloc(0);
      const last = Math.floor((end - 1) / blockSize);
      const pieces: Buffer[] = [];
      for (let index = Math.floor(offset / blockSize); index <= last; index++) {
        const bytes = await block(index, signal);
        const base = index * blockSize;
        pieces.push(bytes.subarray(Math.max(0, offset - base), Math.min(bytes.length, end - base)));
      }
      if ((last + 1) * blockSize < source.size) void block(last + 1, signal).catch(() => undefined);
      return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    },
  };
}
