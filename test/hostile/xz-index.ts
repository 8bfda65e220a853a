import { crc32 } from '../../shared/formats/crc32.ts';

/** An index of so many records, each of blocks that take nothing and give so much, and all else that belongs to a stream. */
export function xzOf(records: number, plain: number): Buffer {
  const number = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))];
  const flags = Buffer.from([0, 0]);
  const summed = (bytes: Buffer): Buffer => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(bytes));
    return sum;
  };
  const record = Buffer.from([0, ...number(plain)]);
  let index = Buffer.concat([Buffer.from([0, ...number(records)]), Buffer.alloc(record.length * records, record)]);
  index = Buffer.concat([index, Buffer.alloc((4 - (index.length % 4)) % 4)]);
  const end = Buffer.alloc(6);
  end.writeUInt32LE((index.length + 4) / 4 - 1);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    ...[flags, summed(flags), index, summed(index), summed(end), end],
    Buffer.from('YZ'),
  ]);
}
