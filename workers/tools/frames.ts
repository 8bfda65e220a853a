/** The largest that QEMU hands on (include/net/net.h, NET_BUFSIZE). */
const longestFrame = 4096 + 65_536;

/**
 * Splits the stream of QEMU's `-netdev stream` into Ethernet frames. Each has its length in front: four bytes, big-endian. An impossible length ends the
 * reading, because the start of the next frame is then unknown. QEMU net/stream.c
 */
export function frameSplitter(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let broken = false;
  return (chunk) => {
    if (broken) return;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at);
      if (length > longestFrame) {
        broken = true;
        rest = Buffer.alloc(0);
        return;
      }
      if (rest.length - at < 4 + length) break;
      onFrame(rest.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    rest = rest.subarray(at);
  };
}
