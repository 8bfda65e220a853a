import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectByTls } from 'node:tls';

/** Host and port of "host:port"; undefined for other ways to name a server (dns:///..., unix:...). */
export function parsePlace(address: string, defaultPort: number): { host: string; port: number } | undefined {
  if (address.includes('/')) return undefined;
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || defaultPort) };
}

/**
 * Whether something listens there at all: libraries that try again and again hide the reason.
 * @throws what the network says
 */
export async function reach(at: { host: string; port: number }, signal: AbortSignal): Promise<void> {
  const socket = connect({ ...at, signal });
  try {
    await once(socket, 'connect', { signal });
  } finally {
    socket.destroy();
  }
}

/** So long a server gets to refuse our certificate, which it judges after the handshake (TLS 1.3, RFC 8446, 4.4.2.4). */
const judgingMs = 500;

/**
 * The same with TLS, without a word of ours: what is written to a server that has closed already would hide its reason.
 * @throws what TLS or the network says
 */
export async function reachByTls(options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  const socket = connectByTls(options);
  const closed = once(socket, 'close', { signal }).then(() => {
    throw new Error('closed after the handshake');
  });
  closed.catch(() => undefined);
  try {
    await Promise.race([once(socket, 'secureConnect', { signal }), closed]);
    socket.resume();
    await Promise.race([pause(judgingMs, undefined, { signal }), closed]);
  } finally {
    socket.destroy();
  }
}
