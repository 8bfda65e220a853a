import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { ByteWork } from '../../shared/ports/byte-work.ts';
import type { ObjectPin } from '../../shared/ports/object-store.ts';
import type { Upload } from '../activities/convert.ts';
import { writePart } from './bring.ts';

/** An object of the store. */
export function objectUpload(bytes: Pick<ByteWork, 'bring'>, from: ObjectPin): Upload {
  return {
    size: from.size,
    bring: (part, to, control) => bytes.bring({ from, part, to }, control),
  };
}

const piece = 4 * 1024 ** 2;

/** A file of the user who runs the command; nothing else waits in that process. */
export function sourceUpload(source: ByteSource): Upload {
  return {
    size: source.size,
    bring: (part, to, control) =>
      writePart(
        (async function* () {
          for (let offset = 0; offset < source.size; offset += piece) {
            yield await source.read(offset, piece, control.signal);
          }
        })(),
        { part, to, size: source.size },
        control,
      ),
  };
}
