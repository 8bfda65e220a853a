import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { type Codec, decompressTo, peekLayer } from './decompress.ts';

const MiB = 1024 ** 2;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'decompress-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function made(command: string): Buffer {
  return execFileSync('sh', ['-c', command], { maxBuffer: 64 * MiB });
}
let count = 0;
async function decompressed(kind: Codec, bytes: Buffer, maxBytes = 64 * MiB) {
  const path = join(dir, String(count++));
  return {
    path,
    outcome: await decompressTo(bufferSource(bytes), kind, path, { maxBytes, onPercent: () => undefined }),
  };
}

describe('a bound that is reached is told by its name', () => {
  const wide = (log = 30): Buffer => made(`head -c 3000000 /dev/zero | zstd -q --long=${log} -1 -c`);

  test('memory: windows of 1 and of 2 GiB', async () => {
    const exceeds = { refused: 'decompression-exceeds' };
    for (const bytes of [wide(), wide(31)]) {
      expect((await decompressed('zstd', bytes)).outcome).toEqual(exceeds);
      expect(await peekLayer('zstd', bufferSource(bytes), 1024, undefined)).toBe('exceeds');
    }
    // In a later frame too.
    const second = Buffer.concat([made('head -c 1000 /dev/urandom | zstd -q -c'), wide(31)]);
    expect((await decompressed('zstd', second)).outcome).toEqual(exceeds);
    // Damaged data does not count as a limit.
    const damaged = Buffer.concat([wide().subarray(0, 4), Buffer.alloc(1000, 0xff)]);
    expect((await decompressed('zstd', damaged)).outcome).toEqual({ refused: 'layer-damaged' });
    expect(await peekLayer('zstd', bufferSource(damaged), 1024, undefined)).toEqual(Buffer.alloc(0));
  });

  test('written bytes: what comes out beyond them is not written', async () => {
    const { path, outcome } = await decompressed('gz', made('head -c 50000000 /dev/urandom | gzip -1'), 8 * MiB);
    expect(outcome).toEqual({ refused: 'decompressed-too-large' });
    expect(statSync(path).size).toBeLessThanOrEqual(8 * MiB);
    // Zeros, which cost no room, count as well.
    const zeros = await decompressed('gz', made('head -c 50000000 /dev/zero | gzip -1'), 8 * MiB);
    expect(zeros.outcome).toEqual({ refused: 'decompressed-too-large' });
  });

  test('exactly as much as is allowed is taken, with holes for its zeros', async () => {
    for (const [size, bound] of [
      [8 * MiB, 8 * MiB],
      [8 * MiB + 1, 8 * MiB + 1],
    ] as const) {
      const { path, outcome } = await decompressed('gz', made(`head -c ${size} /dev/zero | gzip -1`), bound);
      expect(outcome).toMatchObject({ size });
      expect([statSync(path).size, statSync(path).blocks]).toEqual([size, 0]);
      const one = await decompressed('gz', made(`head -c ${size + 1} /dev/zero | gzip -1`), bound);
      expect(one.outcome).toEqual({ refused: 'decompressed-too-large' });
    }
  });

  test('zeros keep the event loop of the worker free', async () => {
    const zeros = made('head -c 256M /dev/zero | gzip -1');
    const before = process.threadCpuUsage();
    const eight = Buffer.concat(Array.from({ length: 8 }, () => zeros));
    const { outcome } = await decompressed('gz', eight, 4096 * MiB);
    const { user, system } = process.threadCpuUsage(before);
    expect(outcome).toMatchObject({ size: 2048 * MiB });
    // Some 50 ms here; to read what comes out took 3 s.
    expect((user + system) / 1e6).toBeLessThan(0.5);
  });

  test('time', async () => {
    const slow = { size: 1024, read: async () => pause(100, Buffer.from([0x1f])) };
    const options = { maxBytes: MiB, wallSeconds: 1, onPercent: () => undefined };
    expect(await decompressTo(slow, 'gz', join(dir, 'slow'), options)).toEqual({ refused: 'decompression-exceeds' });
  });
});

describe('what lies behind the last member of a gzip', () => {
  const packed = (): Buffer => made('head -c 300000 /dev/zero | gzip -1');
  const signed = 'a signature, as images for routers have one';

  test.each<[string, () => Buffer]>([
    ['a trailer', () => Buffer.concat([packed(), Buffer.from(signed)])],
    ['zeros', () => Buffer.concat([packed(), Buffer.alloc(512)])],
    ['another member', () => Buffer.concat([packed(), made('printf "" | gzip'), Buffer.from(signed)])],
  ])('is left out: %s', async (_what, bytes) => {
    expect((await decompressed('gz', bytes())).outcome).toMatchObject({ size: 300_000 });
  });

  test.each<[string, () => Buffer]>([
    ['it is cut off', () => packed().subarray(0, -9)],
    ['its sum lacks', () => packed().subarray(0, -8)],
    ['a later member is cut off', () => Buffer.concat([packed(), packed().subarray(0, 40)])],
    [
      'its sum is wrong, and a trailer follows',
      () => {
        const bytes = packed();
        bytes.writeUInt32LE(7, bytes.length - 8);
        return Buffer.concat([bytes, Buffer.from(signed)]);
      },
    ],
  ])('but it is damaged when %s', async (_what, bytes) => {
    expect((await decompressed('gz', bytes())).outcome).toEqual({ refused: 'layer-damaged' });
  });
});
