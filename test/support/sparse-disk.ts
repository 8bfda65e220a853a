import { open, truncate, writeFile } from 'node:fs/promises';

/** Writes a raw disk with one partition, of `size` bytes. `fill` is what its end is made of; all between is zeros that no disk holds. */
export async function writeSparseDisk(path: string, size: number, fill: Buffer): Promise<void> {
  const head = Buffer.alloc(512);
  head.set([0x80, 0, 2, 0, 0x83, 0, 0, 0], 446);
  head.writeUInt32LE(2048, 454);
  head.writeUInt32LE(size / 512 - 2048, 458);
  head.set([0x55, 0xaa], 510);
  await writeFile(path, head);
  await truncate(path, size);
  const file = await open(path, 'r+');
  await file.write(fill, 0, fill.length, size - fill.length);
  await file.close();
}
