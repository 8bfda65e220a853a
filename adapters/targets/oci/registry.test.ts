import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { OciTargetConfig } from '../../../shared/operation/targets.ts';
import { openRegistry } from './registry.ts';

/** A registry alone must not choose who gets the password. test/conformance/targets-registry.test.ts has a real registry with a token server. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A registry that sends its clients to another host for a token; what that host is shown. */
async function openWithTokenServer(config: (tokenServer: string) => Partial<OciTargetConfig>) {
  const shown: (string | undefined)[] = [];
  const tokenServer = await serve((request, response) => {
    shown.push(request.headers.authorization);
    response.end('{"token": "t"}');
  });
  const registry = await serve((request, response) => {
    const isAllowed = request.headers.authorization === 'Bearer t';
    response.writeHead(isAllowed ? 200 : 401, { 'www-authenticate': `Bearer realm="${tokenServer}/token"` }).end();
  });
  const account = { username: 'pusher', password: 'secret' };
  const opened = openRegistry('there', {
    ...{ kind: 'oci', registry, repository: 'vms', ...account },
    ...config(tokenServer),
  });
  return { shown, ask: () => opened.ask({ method: 'GET', to: 'x' }, AbortSignal.timeout(5000)) };
}

const basic = `Basic ${Buffer.from('pusher:secret').toString('base64')}`;

test('another host for tokens gets no password', async () => {
  const { ask, shown } = await openWithTokenServer(() => ({}));
  await expect(ask()).rejects.toMatchObject({
    code: 'forbidden',
    retryable: false,
    message: 'The registry of target "there" names another host for tokens, which gets no password.',
  });
  expect(shown).toEqual([]);
});

test('neither does one that looks like the token server of the operator', async () => {
  const { ask, shown } = await openWithTokenServer((server) => ({
    token_server: server.replace('127.0.0.1', 'localhost'),
  }));
  await expect(ask()).rejects.toMatchObject({ code: 'forbidden' });
  expect(shown).toEqual([]);
});

test('the token server that the operator names does, whatever its path', async () => {
  const { ask, shown } = await openWithTokenServer((server) => ({ token_server: `${server}/auth` }));
  expect((await ask()).status).toBe(200);
  expect(shown).toEqual([basic]);
});
