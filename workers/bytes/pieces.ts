import type { LocalFile } from '../../shared/ports/byte-work.ts';
import { openWhole } from '../tools/output.ts';

export type Piece = {
  bytes: Buffer;
  offset: number;
  /** The bytes are not needed any more, and may be overwritten. */
  done(): void;
};

/**
 * A file from its begin to its end, in pieces of one size. Only data is read; pieces without any are one and the same buffer.
 * @param zeros at least as long as a piece
 * @throws `tool-failed` when the file has another size
 */
export const splitPieces = async function* (
  { path, size, data = [{ offset: 0, size }] }: LocalFile,
  pieceSize: number,
  zeros: Buffer = Buffer.alloc(Math.min(pieceSize, size)),
): AsyncGenerator<Piece> {
  const file = await openWhole(path, size);
  try {
    const longest = Math.min(pieceSize, size);
    const free: Buffer[] = [];
    let next = 0;
    for (let offset = 0; offset < size; offset += pieceSize) {
      const end = Math.min(offset + pieceSize, size);
      let bytes: Buffer | undefined;
      for (let span = data[next]; span && span.offset < end; span = data[++next]) {
        const [from, to] = [Math.max(span.offset, offset), Math.min(span.offset + span.size, end)];
        if (from < to) {
          bytes ??= (free.pop() ?? Buffer.allocUnsafe(longest)).fill(0);
          await file.readInto(bytes.subarray(from - offset, to - offset), from);
        }
        // The rest of it is in the next piece.
        if (span.offset + span.size > end) break;
      }
      const used = bytes;
      const giveBack = (): void => {
        if (used) free.push(used);
      };
      yield { bytes: (used ?? zeros).subarray(0, end - offset), offset, done: giveBack };
    }
  } finally {
    await file.close();
  }
};
