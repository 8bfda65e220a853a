import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

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
  /** Asked before a part goes on: wait as long as wanted, change its bytes, or refuse it with a status. */
  onPart: (partNumber: number, body: Buffer) => Promise<Buffer | number>;
  close(): Promise<void>;
};

export const passOn: StoreProxy['onPart'] = (_partNumber, body) => Promise.resolve(body);

export const startStoreProxy = async (): Promise<StoreProxy> => {
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body: Buffer = await buffer(incoming);
    const partNumber = Number(new URL(incoming.url ?? '', 'http://x').searchParams.get('partNumber') ?? 0);
    if (partNumber > 0) {
      const passed = await proxy.onPart(partNumber, body);
      if (typeof passed === 'number') {
        response.writeHead(passed).end('<Error><Code>AccessDenied</Code></Error>');
        return;
      }
      body = passed;
    }
    const { hostname, port } = new URL(proxy.target);
    const { method, url: path, headers } = incoming;
    await new Promise<void>((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers }, (answer) => {
        if (partNumber > 0 && answer.statusCode === 200) proxy.parts.push(partNumber);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response).once('finish', resolve).once('error', reject);
      });
      outgoing.once('error', reject).end(body);
    });
  };
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  const proxy: StoreProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    parts: [],
    onPart: passOn,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
};
