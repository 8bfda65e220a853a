import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeXz, xzStream } from '../../test/hostile/xz-index.ts';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { admitSource } from './admit.ts';
import { xzSize } from './xz.ts';
import { zstdSize } from './zstd.ts';

const KiB = 1024;
const MiB = KiB * KiB;
function made(command: string): Buffer {
  return execFileSync('sh', ['-c', command], { maxBuffer: 64 * MiB });
}
const readSize = { xz: xzSize, zstd: zstdSize };
const nothing = { bytes: 0, exact: false };

describe('what the tools themselves write', () => {
  const written: [string, 'xz' | 'zstd', string, { bytes: number; exact: boolean }][] = [
    ['xz', 'xz', 'head -c 3000001 /dev/urandom | xz -1', { bytes: 3_000_001, exact: true }],
    ['xz, nothing in it', 'xz', 'xz -1 </dev/null', { bytes: 0, exact: true }],
    ['xz, many blocks', 'xz', 'head -c 3000001 /dev/zero | xz -1 --block-size=4096', { bytes: 3_000_001, exact: true }],
    ['xz, no check', 'xz', 'echo x | xz -1 --check=none', { bytes: 2, exact: true }],
    [
      'xz, streams and padding',
      'xz',
      'for a in abc defgh; do echo $a | xz; head -c 8 /dev/zero; done',
      { bytes: 10, exact: true },
    ],
    ['xz, more streams than are followed', 'xz', 'for a in $(seq 40); do echo | xz; done', { bytes: 32, exact: false }],
    [
      'zstd of a file',
      'zstd',
      'f=$(mktemp); head -c 3000001 /dev/zero >$f; zstd -qc $f; rm $f',
      { bytes: 3_000_001, exact: true },
    ],
    ['zstd, a small file', 'zstd', 'f=$(mktemp); echo abc >$f; zstd -qc $f; rm $f', { bytes: 4, exact: true }],
    [
      'zstd, 300 bytes',
      'zstd',
      'f=$(mktemp); head -c 300 /dev/zero >$f; zstd -qc --no-check $f; rm $f',
      { bytes: 300, exact: true },
    ],
    [
      'zstd, what is not compressed says its size',
      'zstd',
      'head -c 3000001 /dev/urandom | zstd -1c',
      { bytes: 3_000_001, exact: true },
    ],
    [
      'zstd, frames',
      'zstd',
      'f=$(mktemp); head -c 300 /dev/zero >$f; zstd -qc $f $f; printf "\\120\\052\\115\\030\\003\\0\\0\\0abc"; zstd -qc $f; rm $f',
      { bytes: 900, exact: true },
    ],
  ];
  test.each(written)('%s', async (_name, kind, command, expected) => {
    expect(await readSize[kind](bufferSource(made(command)))).toEqual(expected);
  });

  test('zstd of a pipe says no size; most of its zeros are blocks of one byte', async () => {
    const { bytes, exact } = await zstdSize(bufferSource(made('head -c 100M /dev/zero | zstd -1c')));
    expect(exact).toBe(false);
    expect(bytes).toBeGreaterThan(90 * MiB);
    expect(bytes).toBeLessThanOrEqual(100 * MiB);
  });
});

describe('what cannot be sound says nothing', () => {
  const xz = made('head -c 100000 /dev/zero | xz -1 --block-size=50000');
  const bent = (at: number, value: number): Buffer => {
    const bytes = Buffer.from(xz);
    bytes[at < 0 ? bytes.length + at : at] = value;
    return bytes;
  };
  test.each([
    ['cut off', xz.subarray(0, -4)],
    ['more behind it', Buffer.concat([xz, Buffer.from('abcd')])],
    ['padding that is no multiple of four', Buffer.concat([xz, Buffer.alloc(3)])],
    ['flags that differ', bent(7, 1)],
    ['an index that is not summed up', bent(-16, 1)],
    ['a footer that is not summed up', bent(-5, 9)],
    ['an index that lies before the file', bent(-6, 0xff)],
    ['nothing but zeros', Buffer.alloc(200 * KiB)],
    ['a header alone', xz.subarray(0, 12)],
  ])('xz: %s', async (_name, bytes) => {
    expect(await xzSize(bufferSource(bytes))).toEqual(nothing);
  });

  const stream = (index: readonly number[], bent?: Parameters<typeof xzStream>[1]): Buffer =>
    xzStream(Buffer.from(index), bent);
  // 0, the number of records, and for each its size in the file and its size after decompression.
  const sound = [0, 1, 0, 5];
  const eight = Array(8).fill(0x80) as number[];
  test.each([
    ['a sound one', stream(sound), { bytes: 5, exact: true }],
    ['a number of nine bytes', stream([0, 1, 0, ...eight, 1]), { bytes: 2 ** 56, exact: true }],
    ['a number of ten bytes', stream([0, 1, 0, ...eight, 0x80, 1, 0, 0, 0]), nothing],
    ['a number that ends with nothing', stream([0, 0x81, 0, 0, 5, 0, 0, 0]), nothing],
    ['an index that begins with another byte', stream([1, 1, 0, 5]), nothing],
    ['fewer records than it says', stream([0, 3, 0, 5]), nothing],
    ['padding that is not zero', stream([0, 1, 0, 0x85, 1, 9, 0, 0]), nothing],
    ['more padding than it needs', stream([...sound, 0, 0, 0, 0]), nothing],
    ['a header that is not summed up', stream(sound, { headerSum: Buffer.alloc(4) }), nothing],
    ['a footer with another magic', stream(sound, { magic: 'YX' }), nothing],
    ['an index too short to be one', stream(sound, { units: 0 }), nothing],
    ['an index larger than is read', makeXz(4_300_000, 5), nothing],
  ])('xz, summed up right: %s', async (_name, bytes, expected) => {
    const source = bufferSource(bytes);
    expect(await xzSize(source)).toEqual(expected);
    expect(source.readBytes).toBeLessThan(MiB);
  });

  const frame = (descriptor: number, ...rest: number[]): Buffer =>
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest]);
  const otherMagic = frame(0x20, 7, 0x05, 0, 0);
  otherMagic[0] = 0x27;
  /** 3.1.2: frames to be skipped, each longer than one read, then a frame with a size. */
  const behindSkipped = (count: number): Buffer => {
    const skipped = Buffer.alloc(8 + 640 * KiB);
    skipped.writeUInt32LE(0x184d_2a50);
    skipped.writeUInt32LE(640 * KiB, 4);
    return Buffer.concat([...Array.from({ length: count }, () => skipped), frame(0x20, 7, 0x05, 0, 0)]);
  };
  /** Blocks of 128 KiB that are not compressed, more than one read takes, and an empty one at the very end. */
  const plainBlocks = (): Buffer => {
    const block = Buffer.alloc(3 + 128 * KiB);
    block.writeUIntLE((128 * KiB) << 3, 0, 3);
    return Buffer.concat([frame(0, 0x58), block, block, block, block, Buffer.from([1, 0, 0])]);
  };
  test.each([
    ['a block of a kind that is reserved', frame(0, 0x58, 7, 0, 0), nothing],
    ['a block larger than any', frame(0, 0x58, 3, 0, 0x20, 0), nothing],
    ['another file behind the first frame', Buffer.concat([frame(0, 0x58, 1, 0, 0), Buffer.from('abcd')]), nothing],
    ['cut off in a block', frame(0, 0x58, 0x21, 0, 0), nothing],
    ['a size of one byte behind a dictionary', frame(0x22, 1, 1, 7, 0x05, 0, 0), { bytes: 7, exact: true }],
    ['a size of one byte', frame(0x20, 7, 0x05, 0, 0), { bytes: 7, exact: true }],
    [
      'something else behind a frame with a size',
      Buffer.concat([frame(0x20, 7, 0x05, 0, 0), Buffer.alloc(4096, 'abcd')]),
      nothing,
    ],
    ['a frame of an older version behind one', Buffer.concat([frame(0x20, 7, 0x05, 0, 0), otherMagic]), nothing],
    ['as many places as are read', behindSkipped(31), { bytes: 7, exact: true }],
    ['one more', Buffer.concat([frame(0x20, 7, 0x05, 0, 0), behindSkipped(32)]), { bytes: 7, exact: false }],
    ['blocks that say their size', plainBlocks(), { bytes: 512 * KiB, exact: true }],
    ['blocks that say their size, cut off', plainBlocks().subarray(0, -1), { bytes: 512 * KiB, exact: false }],
    ['cut off in its header', frame(0xc0, 0x58, 0xff), nothing],
    // 8 bytes of size, then the end of the file: whatever it is, it is no less.
    ['cut off behind its size', frame(0xe0, 0, 0, 0, 0, 0, 1, 0, 0), { bytes: 2 ** 40, exact: false }],
  ])('zstd: %s', async (_name, bytes, expected) => {
    expect(await zstdSize(bufferSource(bytes))).toEqual(expected);
  });
});

test('any bytes at any place: no error, few reads, and little of what is read', async () => {
  const originals = [
    made('head -c 3000001 /dev/zero | xz -1 --block-size=65536'),
    made('for a in $(seq 20); do echo $a | xz; done'),
    made('head -c 30M /dev/zero | zstd -1c'),
    makeXz(1000, 1000),
  ];
  const mutation = fc.record({ where: fc.nat(), value: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...originals),
      fc.array(mutation, { maxLength: 4 }),
      async (original, mutations) => {
        const bytes = Buffer.from(original);
        for (const { where, value } of mutations) bytes.set(value, where % (bytes.length - value.length));
        for (const size of Object.values(readSize)) {
          let reads = 0;
          const source = bufferSource(bytes);
          const counted = {
            size: source.size,
            read: (offset: number, length: number) => {
              reads++;
              return source.read(offset, length);
            },
          };
          const declared = await size(counted);
          expect(declared.bytes).toBeGreaterThanOrEqual(0);
          expect(reads).toBeLessThanOrEqual(4 * 32);
          expect(source.readBytes).toBeLessThan(32 * MiB);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

describe('admit', () => {
  const peeked = { times: 0 };
  const options = {
    allowIso: false,
    maxVirtualBytes: MiB,
    peek: () => {
      peeked.times++;
      return Promise.resolve(Buffer.alloc(128 * KiB));
    },
  };
  const admitted = (bytes: Buffer) => admitSource(bufferSource(bytes), options);
  const most = Math.floor(MiB * 1.02 + 64 * MiB);

  test('refuses what says that it is larger than convert would take, and decompresses nothing', async () => {
    peeked.times = 0;
    const { layers, findings } = await admitted(makeXz(1, most + 1));
    expect(findings).toEqual([
      { code: 'decompressed-too-large', step: 'admit', outcome: 'fail', params: { limit: MiB } },
    ]);
    expect([layers, peeked.times]).toEqual([[{ kind: 'xz', declared: most + 1 }], 0]);
    expect((await admitted(made('head -c 100M /dev/zero | zstd -1c'))).findings).toMatchObject([
      { code: 'decompressed-too-large' },
    ]);
  });

  test('takes what says that it is as large as convert would take, and whatever says nothing', async () => {
    expect(await admitted(makeXz(1, most))).toEqual({ layers: [{ kind: 'xz', declared: most }], findings: [] });
    // 2% and 64 MiB more are a whole number here.
    const options = {
      allowIso: false,
      maxVirtualBytes: 50 * MiB,
      peek: () => Promise.resolve(Buffer.alloc(128 * KiB)),
    };
    expect((await admitSource(bufferSource(makeXz(1, 115 * MiB)), options)).findings).toEqual([]);
    expect((await admitSource(bufferSource(makeXz(1, 115 * MiB + 1)), options)).findings).toHaveLength(1);
    for (const kind of ['gzip', 'bzip2']) {
      const { layers, findings } = await admitted(made(`head -c 100M /dev/zero | ${kind} -1`));
      expect([layers.length, layers[0]?.declared, findings]).toEqual([1, undefined, []]);
    }
  });
});
