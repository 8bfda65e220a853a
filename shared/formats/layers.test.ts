import { expect, test } from 'vitest';
import { findCompression, memberPart, toMember } from './layers.ts';

function skip(content: number, kind = 0x50): Buffer {
  const frame = Buffer.alloc(8 + content, 0xaa);
  frame.writeUInt32LE(0x184d_2a00 + kind);
  frame.writeUInt32LE(content, 4);
  return frame;
}
const zstd = Buffer.from('28b52ffd', 'hex');
const lz4 = Buffer.from('04224d18', 'hex');

test.each<[string, Buffer, string | undefined]>([
  ['zstd', zstd, 'zstd'],
  ['behind a frame to be skipped', Buffer.concat([skip(4), zstd]), 'zstd'],
  ['behind each kind of them', Buffer.concat([skip(0), skip(7, 0x5f), skip(100), zstd]), 'zstd'],
  ['behind one that is longer than what was read', skip(1000).subarray(0, 512), 'zstd'],
  ['behind one that ends where that does', skip(504), 'zstd'],
  ['behind one whose contents were not read', skip(1000).subarray(0, 8), 'zstd'],
  ['behind as many as are followed', Buffer.concat([...Array.from({ length: 16 }, () => skip(0)), zstd]), 'zstd'],
  ['behind more than anybody writes', Buffer.concat([...Array.from({ length: 17 }, () => skip(0)), zstd]), undefined],
  ['LZ4 behind one', Buffer.concat([skip(4), lz4]), undefined],
  ['anything else behind one', Buffer.concat([skip(4), Buffer.alloc(8)]), undefined],
  ['only the beginning of one', skip(4).subarray(0, 7), undefined],
  ['another number', skip(4, 0x60), undefined],
])('%s', (_what, head, kind) => {
  expect(findCompression(head)).toBe(kind);
});

test('the innermost file of all archives, where it lies in the source', () => {
  expect(memberPart([], 100)).toEqual({ offset: 0, size: 100 });
  expect(memberPart([{ kind: 'gz', declared: 7 }, { kind: 'disk' }], 100)).toEqual({ offset: 0, size: 100 });
  const outer = { kind: 'tar', offset: 10, size: 80 } as const;
  const inner = { kind: 'tar', offset: 20, size: 30 } as const;
  expect(memberPart([outer], 100)).toEqual({ offset: 10, size: 80 });
  expect(memberPart([outer, inner, { kind: 'disk' }], 100)).toEqual({ offset: 30, size: 30 });
  expect(memberPart([{ kind: 'tar' }], 100)).toEqual({ offset: 0, size: 0 });
});

test('a file in an archive ends where that ends', () => {
  expect(memberPart([{ kind: 'tar', offset: 10, size: 80 }], 50)).toEqual({ offset: 10, size: 40 });
  expect(memberPart([{ kind: 'tar', offset: 60, size: 80 }], 50)).toEqual({ offset: 60, size: 0 });
});

test('of the source around it nothing is read behind the end of a file', async () => {
  const asked: [number, number][] = [];
  const read = (offset: number, length: number) => {
    asked.push([offset, length]);
    return Promise.resolve(Buffer.alloc(length));
  };
  const file = toMember({ size: 100, read }, { kind: 'tar', offset: 10, size: 5 });
  for (const from of [0, 2, 4, 5, 6]) expect(await file.read(from, 50)).toHaveLength(Math.max(0, 5 - from));
  expect(asked).toEqual([
    [10, 5],
    [12, 3],
    [14, 1],
  ]);
});
