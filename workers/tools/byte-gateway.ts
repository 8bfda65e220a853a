import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { basename, dirname, join } from 'node:path';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { cached } from './block-cache.ts';

export type ByteGateway = {
  /** The first error of the source: why a tool that reads through here fails, however it words it. */
  error(): unknown;
  close(): Promise<void>;
};

/**
 * HTTP on a unix socket with one resource: HEAD tells its size, GET with one range its bytes (RFC 9110, 14). Nothing else. It
 * holds the credentials and the pin, so that what sits in the sandbox needs neither; a presigned URL would not do, for nbdkit
 * asks with HEAD too.
 */
export const openByteGateway = async (
  source: ByteSource,
  socketPath: string,
  signal?: AbortSignal,
): Promise<ByteGateway> => {
  const bytes = cached(source);
  let failure: unknown;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('accept-ranges', 'bytes');
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-length': bytes.size }).end();
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (request.method !== 'GET' || from === undefined || to === undefined) {
      response.writeHead(request.method === 'GET' ? 416 : 405).end();
      return;
    }
    try {
      const body = await bytes.read(Number(from), Number(to) - Number(from) + 1, signal);
      const last = Number(from) + body.length - 1;
      response
        .writeHead(206, { 'content-length': body.length, 'content-range': `bytes ${from}-${last}/${bytes.size}` })
        .end(body);
    } catch (error) {
      failure ??= error;
      // 404 and not 5xx: nobody shall try again what the cache has tried five times.
      response.writeHead(404).end();
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 60_000;
  // The path of a unix socket has room for 107 characters (unix(7)), and scratch folders lie deep: the way there by the open
  // folder is always short.
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
};
