import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type PackageProxy, type PackageProxyOptions, startPackageProxy } from './package-proxy.ts';

const origin = createServer((asked, answer) => answer.end(asked.url === '/large' ? Buffer.alloc(1e6) : asked.url));
let ports: { http: number; tls: number };
let proxy: PackageProxy;
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, resolve));
  const { port } = origin.address() as AddressInfo;
  ports = { http: port, tls: port };
});
afterEach(() => proxy?.close());
afterAll(() => origin.close());

async function start(options: Partial<PackageProxyOptions> = {}): Promise<void> {
  proxy = await startPackageProxy({ hosts: ['localhost'], toPrivateAddresses: true, ports, ...options });
}
function get(url: string, method = 'GET'): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: proxy.socket, path: url, method }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => (body += chunk));
      answer.once('end', () => resolve([answer.statusCode ?? 0, body]));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}
/** The answer through a tunnel to the target, for an HTTP request. */
function tunnel(target: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(proxy.socket, () => socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`));
    let heard = '';
    socket.on('data', (chunk) => {
      if (heard === '' && chunk.includes(' 200 '))
        socket.write('GET /inside HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      heard += chunk.toString();
    });
    socket.once('close', () => resolve(heard));
  });
}

test('what is on the list is fetched, by HTTP and through a tunnel', async () => {
  await start();
  expect(await get(`http://localhost:${ports.http}/debian/a?b`)).toEqual([200, '/debian/a?b']);
  expect(await tunnel(`localhost:${ports.tls}`)).toMatch(/^HTTP\/1\.1 200 .*\/inside$/s);
  expect([...proxy.refused]).toEqual([]);
});

test('no other host, port, scheme or method is', async () => {
  await start();
  const other = ports.http + 1;
  expect(await get(`http://127.0.0.1:${ports.http}/`)).toEqual([403, '127.0.0.1 is not an allowed package host.\n']);
  expect(await get(`http://user@example.org:${ports.http}/`)).toEqual([
    403,
    'example.org is not an allowed package host.\n',
  ]);
  expect((await get(`http://localhost:${other}/`))[0]).toBe(400);
  expect((await get(`ftp://localhost:${ports.http}/`))[0]).toBe(400);
  expect((await get('/debian/a'))[0]).toBe(400);
  expect((await get(`http://localhost:${ports.http}/`, 'POST'))[0]).toBe(405);
  for (const target of [
    `localhost:${other}`,
    `127.0.0.1:${ports.tls}`,
    `evil.localhost:${ports.tls}`,
    'localhost',
    '',
  ]) {
    expect(await tunnel(target), target).toMatch(/^HTTP\/1\.1 40[03] /);
  }
  expect([...proxy.refused]).toEqual(['127.0.0.1', 'example.org', 'evil.localhost']);
});

test('a name on the list that leads into the own network is not followed, unless the operator named it', async () => {
  await start({ toPrivateAddresses: false });
  expect((await get(`http://localhost:${ports.http}/`))[0]).toBe(502);
  expect(await tunnel(`localhost:${ports.tls}`)).toBe('');
});

test('there is an end to what is sent through a tunnel', async () => {
  await start({ maxSentBytes: 1000 });
  const socket = connect(proxy.socket, () => socket.write(`CONNECT localhost:${ports.tls} HTTP/1.1\r\n\r\n`));
  socket.on('error', () => undefined).once('data', () => socket.write(Buffer.alloc(2000)));
  await once(socket, 'close');
  expect((await get(`http://localhost:${ports.http}/small`))[0]).toBe(403);
});

test('there is an end to what is fetched', async () => {
  await start({ maxBytes: 1000 });
  await expect(get(`http://localhost:${ports.http}/large`)).rejects.toThrow();
  expect((await get(`http://localhost:${ports.http}/small`))[0]).toBe(403);
});
