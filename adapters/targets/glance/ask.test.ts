import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { askJson } from './ask.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

test('a server that never stops talking is read no further', async () => {
  let sent = 0;
  const server = createServer((_request, answer) => {
    const piece = Buffer.alloc(1024 ** 2, 'x');
    const talk = (): void => {
      while (!answer.destroyed && sent < 512 * piece.length) {
        sent += piece.length;
        if (!answer.write(piece)) return void answer.once('drain', talk);
      }
      answer.end();
    };
    talk();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const asked = askJson('t', 'Glance', { method: 'GET', url }, AbortSignal.timeout(20_000));
  await expect(asked).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  expect(sent).toBeLessThan(64 * 1024 ** 2);
});
