import { createHash } from 'node:crypto';
import type { ByteControl, ReadBack, Sha256 } from '../../shared/ports/byte-work.ts';
import type { ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';
import { openWhole } from '../tools/output.ts';

const piece = 4 * 1024 ** 2;

/** As ByteWork has it. Holes are read as zeros, which costs little beside hashing them. */
export const hash = async (
  { path, size }: { path: string; size: number },
  { signal, progress }: ByteControl,
): Promise<Sha256> => {
  signal.throwIfAborted();
  const file = await openWhole(path, size);
  try {
    const sum = createHash('sha256');
    for (let offset = 0; offset < size; offset += piece) {
      signal.throwIfAborted();
      sum.update(await file.read(offset, piece));
      progress((offset / size) * 100);
    }
    return { sha256: sum.digest('hex') };
  } finally {
    await file.close();
  }
};

/** As ByteWork has it. */
export const readBack = async (
  store: Pick<ObjectStore, 'stream'>,
  pin: ObjectPin,
  { signal, progress }: ByteControl,
): Promise<ReadBack> => {
  const sum = createHash('sha256');
  let size = 0;
  const stream = await store.stream(pin, signal);
  try {
    for await (const chunk of stream) {
      sum.update(chunk as Buffer);
      size += (chunk as Buffer).length;
      progress((size / Math.max(1, pin.size)) * 100);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stream.destroy();
  }
  return { size, sha256: sum.digest('hex') };
};
