import { writeFile } from 'node:fs/promises';

/** The head of a qcow2 that names a backing file (docs/interop/qcow2.rst of QEMU): an overlay, which is refused before a byte is sent. */
export async function writeOverlay(path: string): Promise<void> {
  const header = Buffer.alloc(65_536);
  header.write('QFI\xfb', 'latin1');
  header.writeUInt32BE(3, 4);
  header.writeBigUInt64BE(1024n, 8);
  await writeFile(path, header);
}
