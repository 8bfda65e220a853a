import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { limitConnections } from './connections.ts';

const server = createServer((_request, response) => response.end('here'));
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close().closeAllConnections();
});

/** Asks nothing. @param from an address of the loopback network */
function open(from: string): Socket {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', localAddress: from });
  sockets.push(socket);
  return socket.on('error', () => undefined).resume();
}
async function isServed(from: string): Promise<boolean> {
  const socket = open(from);
  let answer = '';
  socket
    .on('data', (chunk) => (answer += String(chunk)))
    .write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  return answer.includes('here');
}

test('an address has so many connections, all have more, and those that end make room', async () => {
  limitConnections(server, { all: 5, ofAddress: 3 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const greedy = Array.from({ length: 3 }, () => open('127.0.0.2'));
  await eventually(async () => !(await isServed('127.0.0.2')), { within: 5, what: 'the address has all it may have' });
  expect(await isServed('127.0.0.3')).toBe(true);

  for (const from of ['127.0.0.3', '127.0.0.4']) open(from);
  await eventually(async () => !(await isServed('127.0.0.5')), { within: 5, what: 'the process has all it may have' });

  greedy[0]?.destroy();
  await eventually(() => isServed('127.0.0.2'), { within: 5, what: 'there is room again' });
});
