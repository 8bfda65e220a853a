import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { cacheBlocks } from './block-cache.ts';

export type ByteGateway = {
  /** The first error of the source: why a tool that reads through here fails, however it words it. */
  error(): unknown;
  close(): Promise<void>;
};

const MiB = 1024 ** 2;
/** The largest request of NBD that nbdkit lets through (nbdkit common/protocol, MAX_REQUEST_SIZE). */
const longestRange = 64 * MiB;
/** The part of an answer that is held in memory at a time, in bytes. */
const pieceBytes = MiB;
/** nbdkit has sixteen at most (nbdkit-curl-plugin(1), "connections"). */
const mostConnections = 24;
/** Requests that one connection may send before the answer to the first; nbdkit sends one. */
const mostWaiting = 16;

type Range = { from: number; to: number };

/** One range of bytes, both ends included; undefined if it is outside of this resource, or longer than any valid request. */
function readRange(header: string | undefined, size: number): Range | undefined {
  const [, first, last] = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header ?? '') ?? [];
  const range = { from: Number(first), to: Math.min(Number(last), size - 1) };
  return range.from <= range.to && range.to - range.from < longestRange ? range : undefined;
}

/**
 * Serves one resource by HTTP on a unix socket: HEAD returns its size, GET with one range its bytes (RFC 9110, 14). Nothing else. It holds the credentials and
 * the pin, so the tool in the sandbox needs neither. A presigned URL would not work, because nbdkit sends HEAD too. An attacker may control the client.
 * Whatever it requests, and however slowly it reads, no more than one piece is held for each connection.
 */
export async function openByteGateway(
  source: ByteSource,
  socketPath: string,
  signal?: AbortSignal,
): Promise<ByteGateway> {
  const bytes = cacheBlocks(source);
  let failure: unknown;
  const pieces = async function* ({ from, to }: Range): AsyncGenerator<Buffer> {
    for (let at = from; at <= to; ) {
      const piece = await bytes.read(at, Math.min(pieceBytes, to - at + 1), signal).catch((error: unknown) => {
        failure ??= error;
        throw error;
      });
      if (piece.length === 0) throw new Error('the source ends before its size');
      at += piece.length;
      yield piece;
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('accept-ranges', 'bytes');
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-length': bytes.size }).end();
      return;
    }
    const range = request.method === 'GET' ? readRange(request.headers.range, bytes.size) : undefined;
    if (!range) {
      response.writeHead(request.method === 'GET' ? 416 : 405).end();
      return;
    }
    const { from, to } = range;
    try {
      const body = pieces(range);
      const first = await body.next();
      response.writeHead(206, {
        'content-length': to - from + 1,
        'content-range': `bytes ${from}-${to}/${bytes.size}`,
      });
      const rest = async function* () {
        if (!first.done) yield first.value;
        yield* body;
      };
      await pipeline(Readable.from(rest(), { highWaterMark: 1 }), response);
    } catch {
      // The client has closed the connection; or the source failed, and then the connection ends with an incomplete answer. 404 and not 5xx, because the cache
      // has already tried five times.
      if (!response.headersSent) response.writeHead(404).end();
    }
  };
  /** Requests of a connection are answered one after the other, also when they come all at once. */
  const waiting = new WeakMap<Socket, { count: number; last: Promise<void> }>();
  const server = createServer((request, response) => {
    const { count, last } = waiting.get(request.socket) ?? { count: 0, last: Promise.resolve() };
    if (count >= mostWaiting) {
      request.socket.destroy();
      return;
    }
    const line = { count: count + 1, last: last.then(() => answer(request, response)) };
    waiting.set(request.socket, line);
    void line.last.finally(() => {
      const now = waiting.get(request.socket);
      if (now) now.count--;
    });
  });
  server.keepAliveTimeout = 60_000;
  server.maxConnections = mostConnections;
  // The path of a unix socket has room for 107 characters (unix(7)), and paths of scratch folders are long. The path through the open folder is always short.
  const folder = await open(dirname(socketPath));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(join('/proc/self/fd', String(folder.fd), basename(socketPath)), resolve);
    });
  } catch (error) {
    await folder.close();
    throw error;
  }
  return {
    error: () => failure,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await folder.close();
    },
  };
}
