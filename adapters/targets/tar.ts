/** Entries of a tar archive: the ustar format of POSIX (pax(1), "ustar Interchange Format"), with sizes beyond 8 GiB as GNU and Go have them. */

const blockBytes = 512;
const mostOctal = 8 ** 11 - 1;

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

/** Octal digits, or where they do not suffice a binary number with the first bit set (tar(5), "Numeric Extensions"). */
function writeSize(header: Buffer, size: number): void {
  if (size <= mostOctal) {
    header.write(octal(size, 12), 124, 'latin1');
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(size), 128);
}

/**
 * A folder if its name ends with "/", otherwise a file of `size` bytes, which must follow.
 * @param entry its name has at most 100 ASCII characters
 */
export function tarHeader(entry: { name: string; mode: number; owner: number; size: number }): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(entry.name, 0, 100, 'latin1');
  header.write(octal(entry.mode, 8), 100, 'latin1');
  header.write(octal(entry.owner, 8), 108, 'latin1');
  header.write(octal(entry.owner, 8), 116, 'latin1');
  writeSize(header, entry.size);
  // The time of every entry is 0: the same content gives the same archive.
  header.write(octal(0, 12), 136, 'latin1');
  header.write(entry.name.endsWith('/') ? '5' : '0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(octal(0, 8), 329, 'latin1');
  header.write(octal(0, 8), 337, 'latin1');
  // The checksum is that of a header with blanks in its place.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)} `, 148, 'latin1');
  return header;
}

/** Zeros after the bytes of a file, up to the next whole block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

export const tarEnd = Buffer.alloc(2 * blockBytes);
