import { clean } from '../inspect/text.ts';

/** The facts that a client reports about itself when it asks for an address. */
export type DhcpRequest = { vendorClass: string; hostname: string };

const ipv4 = 0x0800;
const udp = 17;
const [serverPort, clientPort] = [67, 68];
/** RFC 2131, 2 and 3: the fixed part of a message, then the cookie. */
const fixedPart = 236;
const cookie = 0x63825363;
/** RFC 2132, 2, 3.14 and 9.13. */
const [pad, hostName, vendorClass, end] = [0, 12, 60, 255];

/** A DHCP client's message in an Ethernet frame. Whatever the bytes are, nothing is thrown: they are the guest's. */
export function dhcpRequest(frame: Buffer): DhcpRequest | undefined {
  if (frame.length < 14 + 20 || frame.readUInt16BE(12) !== ipv4) return undefined;
  const packet = frame.subarray(14);
  const headerLength = (packet.readUInt8(0) & 0x0f) * 4;
  const fragment = packet.readUInt16BE(6) & 0x1fff;
  if (packet.readUInt8(0) >> 4 !== 4 || headerLength < 20 || packet.readUInt8(9) !== udp || fragment !== 0) {
    return undefined;
  }
  const datagram = packet.subarray(headerLength);
  if (datagram.length < 8 || datagram.readUInt16BE(0) !== clientPort || datagram.readUInt16BE(2) !== serverPort) {
    return undefined;
  }
  const message = datagram.subarray(8, datagram.readUInt16BE(4));
  if (message.length < fixedPart + 4 || message.readUInt8(0) !== 1) return undefined;
  if (message.readUInt32BE(fixedPart) !== cookie) return undefined;
  const options = readOptions(message.subarray(fixedPart + 4));
  const text = (code: number): string => clean(options.get(code)?.toString('latin1') ?? '');
  return { vendorClass: text(vendorClass), hostname: text(hostName) };
}

function readOptions(bytes: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const code = bytes.readUInt8(at);
    if (code === end) break;
    if (code === pad) {
      at += 1;
      continue;
    }
    if (at + 2 > bytes.length) break;
    const length = bytes.readUInt8(at + 1);
    options.set(code, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return options;
}
