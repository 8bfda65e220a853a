import type { ByteSource } from '../../shared/ports/byte-source.ts';

export const chunkBytes = 4 * 1024 ** 2;

/** All bytes of a source, one piece after the other. @param progress gets the share that is read, 0 to 1 */
export async function* readChunks(
  source: ByteSource,
  signal: AbortSignal,
  progress: (share: number) => void,
): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < source.size; ) {
    signal.throwIfAborted();
    const chunk = await source.read(offset, chunkBytes, signal);
    offset += chunk.length;
    progress(offset / source.size);
    yield chunk;
  }
}
