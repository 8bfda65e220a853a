import { crc32 } from '../../shared/formats/crc32.ts';

function summed(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes));
  return sum;
}

type Bent = { magic?: string; headerSum?: Buffer; units?: number };

/** A stream without blocks, with this index. All its sums are right, so that only the rest can be wrong. */
export function xzStream(
  index: Buffer,
  { magic = 'YZ', headerSum = summed(Buffer.alloc(2)), units = (index.length + 4) / 4 - 1 }: Bent = {},
): Buffer {
  const end = Buffer.alloc(6);
  end.writeUInt32LE(units);
  return Buffer.concat([
    ...[Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0]), headerSum],
    ...[index, summed(index), summed(end), end, Buffer.from(magic)],
  ]);
}

/** An index of so many records, each of blocks that take nothing and give so much, and all else that belongs to a stream. */
export function makeXz(records: number, plain: number): Buffer {
  const number = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))];
  const record = Buffer.from([0, ...number(plain)]);
  const index = Buffer.concat([Buffer.from([0, ...number(records)]), Buffer.alloc(record.length * records, record)]);
  return xzStream(Buffer.concat([index, Buffer.alloc((4 - (index.length % 4)) % 4)]));
}
