import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

export type TlsProxy = { port: number; close(): Promise<void> };

/** A TLS end in front of a server that has none, on 127.0.0.1. gRPC wants h2 by ALPN (RFC 9113, 3.2). */
export async function startTlsProxy(target: string, options: TlsOptions): Promise<TlsProxy> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const sockets = new Set<Socket>();
  const keep = <T extends Socket>(socket: T): T => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer({ ALPNProtocols: ['h2'], ...options }, (incoming) => {
    const onward = keep(connect({ host: hostname, port: Number(port) }));
    keep(incoming).pipe(onward).pipe(incoming);
    incoming.once('close', () => onward.destroy());
    onward.once('close', () => incoming.destroy());
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
