import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bufferSource } from '../../test/support/buffer-source.ts';
import { type ByteGateway, openByteGateway } from './byte-gateway.ts';

test('listens in a folder whose path is longer than the name of a socket may be', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const deep = join(dir, 'x'.repeat(120));
  await mkdir(deep);
  const gateway = await openByteGateway(bufferSource(Buffer.from('0123456789')), join(deep, 's'));
  const folder = await open(deep);
  try {
    const body = await new Promise<string>((resolve, reject) => {
      const socketPath = `/proc/self/fd/${folder.fd}/s`;
      request({ socketPath, path: '/disk', headers: { range: 'bytes=2-4' } }, (answer) => resolve(text(answer)))
        .once('error', reject)
        .end();
    });
    expect(body).toBe('234');
    await gateway.close();
    expect(existsSync(join(deep, 's'))).toBe(false);
  } finally {
    await folder.close();
    await rm(dir, { recursive: true });
  }
});

describe('a reader that was taken over', () => {
  const MiB = 1024 ** 2;
  const size = 1024 ** 4;
  let dir: string;
  let gateway: ByteGateway;
  let readBytes = 0;
  /** Endless, and never the same memory twice. */
  const source = {
    size,
    read: async (_offset: number, length: number) => {
      readBytes += length;
      return Buffer.alloc(length, 1);
    },
  };
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gateway-'));
    gateway = await openByteGateway(source, join(dir, 's'));
    readBytes = 0;
  });
  afterEach(async () => {
    await gateway.close();
    await rm(dir, { recursive: true });
  });
  const get = (range: string) => `GET /disk HTTP/1.1\r\nhost: x\r\nrange: bytes=${range}\r\n\r\n`;
  const readStatus = (range: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ socketPath: join(dir, 's'), path: '/disk', headers: { range } }, (answer) => {
        resolve(answer.statusCode);
        answer.destroy();
      })
        .once('error', reject)
        .end();
    });

  test.each([
    ['the whole object', `bytes=0-${size - 1}`],
    ['more than NBD has in one request', `bytes=0-${64 * MiB}`],
    ['what lies behind the end', `bytes=${size}-${size + 1}`],
    ['an end before its beginning', 'bytes=2-1'],
    ['several ranges', 'bytes=0-1,3-4'],
    ['no end', 'bytes=0-'],
  ])('that asks for %s gets nothing', async (_name, range) => {
    expect(await readStatus(range)).toBe(416);
    expect(readBytes).toBe(0);
    expect(gateway.error()).toBeUndefined();
  });

  test('that asks for much on every connection and takes none of it: a piece of each is held', async () => {
    const before = process.memoryUsage().rss;
    const ranges = (of: number): string[] =>
      Array.from({ length: 10 }, (_, index) => (of * 10 + index) * 64 * MiB).map((at) => `${at}-${at + 64 * MiB - 1}`);
    const connections = Array.from({ length: 60 }, (_, index) =>
      connect(join(dir, 's'))
        .on('error', () => undefined)
        .pause()
        .end(ranges(index).map(get).join('')),
    );
    await pause(1500);
    // Sixty of 64 MiB, ten times each, would be 37 GiB; each of the 24 has its block and the one behind it.
    expect(readBytes).toBeLessThanOrEqual(24 * 2 * 4 * MiB);
    expect(process.memoryUsage().rss - before).toBeLessThan(512 * MiB);
    for (const connection of connections) connection.destroy();
  });

  test('that sends requests without end on one connection is cut off', async () => {
    const connection = connect(join(dir, 's')).pause();
    const closed = new Promise((resolve) => connection.once('close', resolve).on('error', () => undefined));
    connection.write(get(`0-${64 * MiB - 1}`).repeat(10_000));
    await pause(500);
    connection.resume();
    await closed;
    expect(readBytes).toBeLessThan(128 * MiB);
  });

  test('what is asked for in one range comes whole, from all blocks that it lies in', async () => {
    const body = await new Promise<number>((resolve, reject) => {
      const headers = { range: `bytes=${3 * MiB + 1}-${35 * MiB}` };
      request({ socketPath: join(dir, 's'), path: '/disk', headers }, (answer) => {
        let length = 0;
        answer.on('data', (chunk: Buffer) => (length += chunk.length)).once('end', () => resolve(length));
      })
        .once('error', reject)
        .end();
    });
    expect(body).toBe(32 * MiB);
  });
});

test('a source that fails in the middle of a range: the answer is not whole, and the reason is kept', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const failure = new Error('the object has changed');
  const source = {
    size: 64 * 1024 ** 2,
    read: async (offset: number, length: number) => {
      if (offset > 0) throw failure;
      return Buffer.alloc(length);
    },
  };
  const gateway = await openByteGateway(source, join(dir, 's'));
  try {
    const headers = { range: `bytes=0-${source.size - 1}` };
    const ended = new Promise((resolve, reject) => {
      request({ socketPath: join(dir, 's'), path: '/disk', headers }, (answer) => {
        answer
          .on('data', () => undefined)
          .once('error', reject)
          .once('end', resolve);
      })
        .once('error', reject)
        .end();
    });
    await expect(ended).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(gateway.error()).toBe(failure);
  } finally {
    await gateway.close();
    await rm(dir, { recursive: true });
  }
});
