import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * A line between a browser and the object store that can be slow and be cut, in user space: not every kernel has netem (`tc qdisc add ... netem`). All
 * connections share it. The buffers of the kernel hold megabytes of a connection, so a page is told of more than has gone over the line.
 */
export type SlowLink = {
  url: string;
  /** Where the line leads to; known only after its own address is. */
  target: string;
  line: Line;
  /** Resets all connections, as a router does that was switched off. */
  cut(): void;
  close(): Promise<void>;
};
export type Line = { bitsPerSecond: number; roundTripMs: number };

const packetBytes = 1460;
const bufferBytes = 4 * 1024 ** 2;

export async function startSlowLink(line: Line): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  /** When the line is free again, out and back. */
  const free = { out: 0, back: 0 };
  const carry = async (from: Socket, to: Socket, way: keyof typeof free): Promise<void> => {
    let arrival = 0;
    let delivered: Promise<unknown> = Promise.resolve();
    const at = async (moment: number, deliver: () => void): Promise<void> => {
      const early = moment - performance.now();
      if (early >= 1) await wait(early);
      deliver();
    };
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let start = 0; start < chunk.length; start += packetBytes) {
        const packet = chunk.subarray(start, start + packetBytes);
        const { bitsPerSecond, roundTripMs } = link.line;
        free[way] = Math.max(free[way], performance.now()) + (packet.length * 8000) / bitsPerSecond;
        const untilSent = free[way] - performance.now();
        // A few packets stand in the router's buffer.
        if (untilSent > 20) await wait(untilSent);
        arrival = Math.max(arrival, free[way] + roundTripMs / 2);
        const moment = arrival;
        delivered = delivered.then(() => at(moment, () => to.write(packet)));
      }
      if (to.writableLength > bufferBytes) await once(to, 'drain');
    }
    await delivered;
    to.end();
  };
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    const { hostname, port } = new URL(link.target);
    const store = new Socket({ allowHalfOpen: true }).connect(Number(port), hostname);
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        store.destroy();
      });
    }
    carry(client, store, 'out').catch(() => undefined);
    carry(store, client, 'back').catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const link: SlowLink = {
    url: `http://127.0.0.1:${address.port}`,
    target: '',
    line,
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return link;
}
