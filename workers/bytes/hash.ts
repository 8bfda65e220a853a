import { createHash } from 'node:crypto';
import type { ByteControl, DigestAlgorithm, LocalFile, ReadBack, Sha256 } from '../../shared/ports/byte-work.ts';
import type { ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';
import { splitPieces } from './pieces.ts';

const piece = 4 * 1024 ** 2;

/** As ByteWork has it. */
export async function hash(local: LocalFile, control: ByteControl): Promise<Sha256> {
  const { hex } = await digest({ ...local, algorithm: 'sha256' }, control);
  return { sha256: hex };
}

/** As ByteWork has it. */
export async function digest(
  { algorithm, ...local }: LocalFile & { algorithm: DigestAlgorithm },
  { signal, progress }: ByteControl,
): Promise<{ hex: string }> {
  signal.throwIfAborted();
  const sum = createHash(algorithm);
  for await (const { bytes, offset, done } of splitPieces(local, piece)) {
    signal.throwIfAborted();
    sum.update(bytes);
    done();
    progress((offset / local.size) * 100);
  }
  return { hex: sum.digest('hex') };
}

/** As ByteWork has it. */
export async function readBack(
  store: Pick<ObjectStore, 'stream'>,
  pin: ObjectPin,
  { signal, progress }: ByteControl,
): Promise<ReadBack> {
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
}
