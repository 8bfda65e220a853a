import type { Server } from 'node:net';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { toNetwork } from '../identity/client-network.ts';

/**
 * A connection takes memory before its client has asked anything: 8 KiB, and 21 KiB with half of a header. Node ends it after 60 to 90 seconds. Beyond the limits
 * new connections end at once.
 */
export function limitConnections(
  server: Server,
  limits: { all: number; ofAddress: number } = {
    all: requestLimits.connections.most,
    ofAddress: requestLimits.connectionsOfAddress.most,
  },
): void {
  const counts = new Map<string, number>();
  server.maxConnections = limits.all;
  server.on('connection', (socket) => {
    // It is unknown if the client has already gone.
    const from = toNetwork(socket.remoteAddress ?? '');
    const count = (counts.get(from) ?? 0) + 1;
    counts.set(from, count);
    socket.once('close', () => {
      const left = (counts.get(from) ?? 1) - 1;
      if (left > 0) counts.set(from, left);
      else counts.delete(from);
    });
    if (count > limits.ofAddress) socket.destroy();
  });
}
