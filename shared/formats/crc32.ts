/** A reflected CRC of 32 bits: all bits are set before and inverted after. Not node:zlib's, because browsers use it too to inspect files. */
function makeReflectedCrc(polynomial: number): (bytes: Uint8Array) => number {
  const table = new Uint32Array(256).map((_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
  return (bytes) => {
    let crc = 0xffff_ffff;
    for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
    return ~crc >>> 0;
  };
}

/** The CRC of zip, PNG and GPT (UEFI 2.10, 5.3.1), polynomial 0x04C11DB7; "123456789" gives 0xCBF43926. */
export const crc32 = makeReflectedCrc(0xedb8_8320);

/** Castagnoli, polynomial 0x1EDC6F41; RFC 3720 appendix B.4 has test vectors. */
export const crc32c = makeReflectedCrc(0x82f6_3b78);
