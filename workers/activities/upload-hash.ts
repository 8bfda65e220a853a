import type { ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';
import { sha256Of } from '../../shared/sha256.ts';
import type { Conversion } from '../../workflows/activities.ts';

/**
 * Reads the whole upload beside its conversion, which reads only what it needs, so that provenance can name the bytes that came. A conversion that refuses
 * the upload ends the reading. Throws what `stream` throws: an object that changes underneath fails the step.
 */
export const withUploadHash = async (
  store: Pick<ObjectStore, 'stream'>,
  pin: ObjectPin,
  signal: AbortSignal,
  convert: () => Promise<Conversion>,
): Promise<Conversion> => {
  const stop = new AbortController();
  const hash = hashOf(store, pin, AbortSignal.any([signal, stop.signal]));
  // Awaited below, or of no interest any more.
  hash.catch(() => undefined);
  try {
    const conversion = await convert();
    return conversion.converted ? { ...conversion, uploadSha256: await hash } : conversion;
  } finally {
    stop.abort();
  }
};

const hashOf = async (store: Pick<ObjectStore, 'stream'>, pin: ObjectPin, signal: AbortSignal): Promise<string> => {
  const stream = await store.stream(pin, signal);
  try {
    return await sha256Of(stream);
  } finally {
    stream.destroy();
  }
};
