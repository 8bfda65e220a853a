import type { ByteSource } from '../ports/byte-source.ts';
import type { ObjectPin, ObjectStore } from '../ports/object-store.ts';

/** An object's bytes, pinned to what the run saw. */
export function objectSource(store: ObjectStore, pin: ObjectPin): ByteSource {
  return {
    size: pin.size,
    read: (offset, length, signal) => {
      const wanted = Math.min(length, pin.size - offset);
      return wanted > 0 ? store.read(pin, offset, wanted, signal) : Promise.resolve(Buffer.alloc(0));
    },
  };
}
