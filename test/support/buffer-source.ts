import { open } from 'node:fs/promises';
import type { ByteSource } from '../../shared/ports/byte-source.ts';

/** Bytes in memory, counting what is read of them. */
export function bufferSource(bytes: Buffer): ByteSource & { readBytes: number } {
  const source = {
    size: bytes.length,
    readBytes: 0,
    read: (offset: number, length: number) => {
      const piece = bytes.subarray(offset, offset + length);
      source.readBytes += piece.length;
      return Promise.resolve(piece);
    },
  };
  return source;
}

/** A file, counting what is read of it. */
export async function countedFile(path: string): Promise<ByteSource & { readBytes: number; close(): Promise<void> }> {
  const file = await open(path);
  const { size } = await file.stat();
  const source = {
    size,
    readBytes: 0,
    read: async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      source.readBytes += bytesRead;
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
  return source;
}
