import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { ByteControl, Sha256, SpanToBring } from '../../shared/ports/byte-work.ts';
import type { ObjectSpan, ObjectStore } from '../../shared/ports/object-store.ts';
import { scratchFull } from '../tools/qemu-img.ts';

/** Smallest hole, and how much is gathered before it is hashed and written. Network reads come in 64 KiB at most. */
const hole = 64 * 1024;
const batch = 4 * 1024 ** 2;
const zeros = Buffer.alloc(hole);

/** Writes with holes; a file that exists already may be a link. */
function writeSparsely(file: number, bytes: Buffer, at: number): void {
  for (let from = 0; from < bytes.length; ) {
    let to = from;
    const isZero = (offset: number): boolean => {
      const block = bytes.subarray(offset, offset + hole);
      return block.equals(zeros.subarray(0, block.length));
    };
    while (to < bytes.length && !isZero(to)) to += hole;
    to = Math.min(to, bytes.length);
    for (let written = from; written < to; ) {
      written += writeSync(file, bytes, written, to - written, at + written);
    }
    from = to;
    while (from < bytes.length && isZero(from)) from += hole;
  }
}

/**
 * Hashes all chunks, and writes the bytes of `part` into a new file with holes where they are zero.
 * @throws `scratch-full`; what `chunks` throws
 */
export async function writePart(
  chunks: AsyncIterable<Buffer>,
  { part, to, size }: { part: ObjectSpan; to: string; size: number },
  { signal, progress }: ByteControl,
): Promise<Sha256> {
  const hash = createHash('sha256');
  const file = openSync(to, 'wx', 0o600);
  try {
    const gathered = Buffer.allocUnsafe(batch);
    let length = 0;
    let at = 0;
    const flush = (): void => {
      const bytes = gathered.subarray(0, length);
      hash.update(bytes);
      const begin = Math.max(part.offset, at);
      const end = Math.min(part.offset + part.size, at + length);
      if (begin < end) writeSparsely(file, bytes.subarray(begin - at, end - at), begin - part.offset);
      at += length;
      length = 0;
      progress((at / Math.max(1, size)) * 100);
    };
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      for (let taken = 0; taken < chunk.length; ) {
        const now = chunk.copy(gathered, length, taken);
        taken += now;
        length += now;
        if (length === batch) flush();
      }
    }
    flush();
    ftruncateSync(file, part.size);
    return { sha256: hash.digest('hex') };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? scratchFull(error) : error;
  } finally {
    closeSync(file);
  }
}

/** As ByteWork has it. */
export async function bring(
  store: Pick<ObjectStore, 'stream'>,
  { from, part, to }: SpanToBring,
  control: ByteControl,
): Promise<Sha256> {
  const stream = await store.stream(from, control.signal);
  try {
    return await writePart(stream, { part, to, size: from.size }, control);
  } catch (error) {
    // The stream only says that it was ended.
    control.signal.throwIfAborted();
    throw error;
  } finally {
    stream.destroy();
  }
}
