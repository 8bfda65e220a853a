import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/**
 * Stands between clients and the object store as a network would, at the address of presigned URLs, and sees what is sent. The
 * host header goes through as it is, for it is signed.
 */
export type StoreProxy = {
  url: string;
  /** Where the store is; known only after the address of this is. */
  target: string;
  /** The numbers of the parts that came through whole, in order. */
  parts: number[];
  /** Where each GET began that the store has answered. */
  reads: number[];
  /** Every request that the store has answered, with the bytes of both bodies. */
  requests: { method: string; sent: number; received: number }[];
  /** Asked before a part goes on: wait as long as wanted, change its bytes, or refuse it with a status. */
  onPart: (partNumber: number, body: Buffer) => Promise<Buffer | number>;
  /** What befalls a request, before anything of its body is read. */
  fault: (asked: Asked) => Fault | undefined;
  /** The network is gone: connections are reset, and nobody listens. */
  disconnect(): Promise<void>;
  reconnect(): Promise<void>;
  close(): Promise<void>;
};
/** `partNumber` is 0 of what is no part. */
export type Asked = { method: string; partNumber: number };
export type Fault =
  /** The connection is reset when so many bytes of the body have gone, there or back. */
  | { kind: 'cut'; after: number }
  /** All is taken, nothing answered. */
  | { kind: 'silence' }
  /** Goes to the store by another URL, which refuses it. */
  | { kind: 'instead'; url: string };

export const passOn: StoreProxy['onPart'] = (_partNumber, body) => Promise.resolve(body);
export const noFault: StoreProxy['fault'] = () => undefined;

export async function startStoreProxy(): Promise<StoreProxy> {
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = incoming;
    const partNumber = Number(new URL(incoming.url ?? '', 'http://x').searchParams.get('partNumber') ?? 0);
    const fault = proxy.fault({ method, partNumber });
    const reset = (): unknown => incoming.socket.resetAndDestroy();
    if (fault?.kind === 'silence') return void incoming.resume();
    if (fault?.kind === 'cut' && method !== 'GET') return void incoming.pipe(cutAfter(fault.after, reset)).resume();
    let body: Buffer = await buffer(incoming);
    if (partNumber > 0) {
      const passed = await proxy.onPart(partNumber, body);
      if (typeof passed === 'number') {
        response.writeHead(passed).end('<Error><Code>AccessDenied</Code></Error>');
        return;
      }
      body = passed;
    }
    const { hostname, port, host, pathname, search } = new URL(fault?.kind === 'instead' ? fault.url : proxy.target);
    // Without its body: a store that refuses an URL may close the connection before it has read one.
    const bodiless = { ...headers, host, 'content-length': '0' };
    const other = fault?.kind === 'instead' ? { path: pathname + search, headers: bodiless } : {};
    if (fault?.kind === 'instead') body = Buffer.alloc(0);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ hostname, port, method, path: incoming.url, headers, ...other }, resolve)
        .once('error', reject)
        .end(body);
    });
    if (partNumber > 0 && answer.statusCode === 200) proxy.parts.push(partNumber);
    if (method === 'GET' && (answer.statusCode ?? 500) < 300) {
      proxy.reads.push(Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0));
    }
    const seen = { method, sent: body.length, received: 0 };
    proxy.requests.push(seen);
    answer.on('data', (chunk: Buffer) => (seen.received += chunk.length));
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault?.kind === 'cut') await pipeline(answer, cutAfter(fault.after, reset), response);
    else await pipeline(answer, response);
  };
  const listen = async (port: number): Promise<void> => {
    const listening = Promise.withResolvers<void>();
    server.listen(port, '127.0.0.1', () => listening.resolve());
    await listening.promise;
  };
  const disconnect = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const proxy: StoreProxy = {
    url: `http://127.0.0.1:${port}`,
    target: '',
    parts: [],
    reads: [],
    requests: [],
    onPart: passOn,
    fault: noFault,
    disconnect,
    reconnect: () => listen(port),
    close: disconnect,
  };
  return proxy;
}

function cutAfter(limit: number, cut: () => unknown): Transform {
  let gone = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      gone += chunk.length;
      // What is there already goes its way first, as in a network.
      if (gone >= limit) setTimeout(cut, 50);
      else this.push(chunk);
      done();
    },
  });
}
