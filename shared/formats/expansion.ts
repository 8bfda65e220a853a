const MiB = 1024 ** 2;

/**
 * How much an image may become when it is converted. Without compression: no more data than its file has (mapping.ts says why).
 * With compression: real disks come to 2 to 10 times, one whose blocks are half empty to some dozen times; so 100, and 1 GiB for small ones.
 */
const ratio = 100;
const allowance = 1024 * MiB;

/** Bytes of data that convert may write of an image. */
export function boundAllocated(image: { size: number; virtualSize: number; compressed: boolean }): number {
  return Math.min(image.virtualSize, image.compressed ? image.size * ratio + allowance : image.size);
}

/** Adds the room for the output's own tables and the filesystem's blocks, in bytes. */
export function boundWritten(allocated: number): number {
  return Math.ceil(allocated * 1.02) + 64 * MiB;
}

/** Deflate makes at most 1032 bytes from one (RFC 1951: 258 bytes for two bits). Honest blocks that are mostly zeros come near. */
export function boundDeflated(size: number): number {
  return size * 1032 + allowance;
}

/** The most bytes that a compressed upload may unpack to. A qcow2 may be a little larger than its disk, and tar adds its headers. */
export function boundDecompressed(maxVirtualBytes: number): number {
  return maxVirtualBytes * 1.02 + 64 * MiB;
}

/** Memory (bytes) and time of a decompressor. This is far more than the highest ordinary levels need (xz -9: 65 MiB, zstd -19: 8 MiB for its window). */
export const decompressorBounds = { memory: 512 * MiB, hours: 24 } as const;
