import { flipped } from '../flips.ts';
import { asFrames } from './live-guest.ts';

/** What a guest's network adapter and its guest agent's port say when they mean harm. */

function sum16(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

type Option = [code: number, value: Buffer];

/** A DHCP client's question in an Ethernet frame. RFC 2131, 2; RFC 2132 */
export function dhcpFrame(options: readonly Option[], after: Buffer = Buffer.from([255])): Buffer {
  const message = Buffer.alloc(240);
  message.set([1, 1, 6, 0, 1, 2, 3, 4]);
  message.writeUInt32BE(0x63825363, 236);
  const body = Buffer.concat([
    message,
    ...options.map(([code, value]) => Buffer.from([code, value.length, ...value])),
    after,
  ]);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(68, 0);
  udp.writeUInt16BE(67, 2);
  udp.writeUInt16BE(8 + body.length, 4);
  const ip = Buffer.alloc(20);
  ip.set([0x45, 0, 0, 0, 0, 1, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]);
  ip.writeUInt16BE(28 + body.length, 2);
  ip.writeUInt16BE(sum16(ip), 10);
  const ethernet = Buffer.from('ffffffffffff5254001234560800', 'hex');
  return Buffer.concat([ethernet, ip, udp, body]);
}

function named(vendor: string, host: string): Option[] {
  return [
    [53, Buffer.from([1])],
    [60, Buffer.from(vendor)],
    [12, Buffer.from(host)],
  ];
}

/** The one that is heard, as a Windows sends it. */
export function soundDhcp(host: string): Buffer {
  return dhcpFrame(named('MSFT 5.0', host));
}

const longest = 1514;
function changed(frame: Buffer, change: (frame: Buffer) => void): Buffer {
  const copy = Buffer.from(frame);
  change(copy);
  return copy;
}

/** Of another vendor, so that none of them is the sound one. */
export function brokenDhcp(): Buffer {
  const sound = dhcpFrame(named('NOBODY 1.0', 'x'));
  const many = (option: Option): Option[] => Array.from({ length: 200 }, () => option);
  const frames = [
    ...Array.from({ length: sound.length - 14 }, (_, length) => sound.subarray(0, 14 + length)),
    ...Array.from({ length: 1500 }, (_, number) => flipped(sound, number)).filter(({ length }) => length >= 14),
    ...[0, 1, 7, 8, 9, 0x7fff, 0xffff].map((length) => changed(sound, (frame) => void frame.writeUInt16BE(length, 38))),
    ...[0, 1, 4, 15].map((words) => changed(sound, (frame) => void frame.writeUInt8(0x40 | words, 14))),
    changed(sound, (frame) => void frame.writeUInt16BE(0x2000, 20)),
    ...[0, 1, 127, 254, 255].map((length) => dhcpFrame([], Buffer.from([60, length, 77]))),
    dhcpFrame(many([12, Buffer.alloc(5, 0x1b)])),
    dhcpFrame(many([0, Buffer.alloc(0)])),
    dhcpFrame([[60, Buffer.alloc(255, 0xff)]], Buffer.alloc(900)),
    dhcpFrame([[12, Buffer.from('\\u001b[2J\\0\\n<script>')]]),
    Buffer.concat([sound, Buffer.alloc(longest - sound.length, 0xff)]),
  ];
  return asFrames(frames);
}

/** Lines for the guest agent's port. */
export function brokenAgent(): Buffer {
  return Buffer.from(
    [
      '['.repeat(20_000),
      `{"return":`.repeat(1500),
      `${'{"return":'.repeat(1000)}1${'}'.repeat(1000)}`,
      `{"return": {"pretty-name": {"a": ${'['.repeat(5000)}${']'.repeat(5000)}}}}`,
      '{"return": {"pretty-name": "not asked for", "host-name": "\\u001b[2J"}}',
      `{"return": ${'9'.repeat(10_000)}}`,
      '{"error": {"class": "GenericError", "desc": "x"}}',
      '{"return": null}\n{"return": []}\n{"return": -1}\n{"return": 1e400}\n{"__proto__": {"return": 1}, "return": {"__proto__": {"x": 1}}}',
      '\xff'.repeat(5000),
      '\0'.repeat(5000),
      '\n'.repeat(20_000),
      'x'.repeat(400_000),
    ].join('\n'),
    'latin1',
  );
}
