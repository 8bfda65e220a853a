import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { UrlRefused } from '../api/url-refused.ts';
import { putPart } from './put-part.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/part?signature=s`;
}
const signal = new AbortController().signal;
const quiet = { signal, onSent: () => undefined, stillMs: 60_000 };
const body = Buffer.alloc(5 * 1024 ** 2, 'bytes');

test('exactly the part is sent, with progress on the way', async () => {
  const got: Buffer[] = [];
  const url = await serving((request, response) => {
    expect(request.headers).toMatchObject({ 'content-length': String(body.length) });
    expect(request.headers['content-type']).toBeUndefined();
    request.on('data', (piece: Buffer) => got.push(piece));
    request.once('end', () => response.writeHead(200, { etag: '"e"' }).end());
  });
  const sent: number[] = [];
  expect(await putPart(url, body, { ...quiet, onSent: (bytes) => sent.push(bytes) })).toBe('"e"');
  expect(Buffer.concat(got).equals(body)).toBe(true);
  expect(sent.length).toBe(20);
  expect(sent.at(-1)).toBe(body.length);
});

test('a URL that is refused before the body is read ends the sending', async () => {
  const url = await serving((_request, response) => {
    response.writeHead(403, { connection: 'close' }).end('<Error><Code>AccessDenied</Code></Error>');
  });
  await expect(putPart(url, body, quiet)).rejects.toThrow(UrlRefused);
});

test.each([
  [500, 'InternalError', { code: 'unavailable', retryable: true }],
  [400, 'RequestTimeout', { code: 'unavailable', retryable: true }],
  [400, 'EntityTooLarge', { code: 'unavailable', retryable: false }],
  [404, 'NoSuchUpload', { code: 'conflict', retryable: false }],
])('the answer %i %s of the store', async (status, code, expected) => {
  const url = await serving((request, response) => {
    request.resume().once('end', () => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`));
  });
  await expect(putPart(url, body, quiet)).rejects.toMatchObject(expected);
});

test('a connection that breaks may be tried again, and names the store without the signature', async () => {
  const url = await serving((request) => request.once('data', () => request.socket.resetAndDestroy()));
  const failure = putPart(url, body, quiet);
  await expect(failure).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  await expect(failure).rejects.toThrow(`No connection to the object store at ${new URL(url).host}`);
  await expect(failure).rejects.not.toThrow(/signature/);
});

test('who is interrupted sends no more', async () => {
  const controller = new AbortController();
  const url = await serving((request) => request.once('data', () => controller.abort(new Error('interrupted'))));
  await expect(putPart(url, body, { ...quiet, signal: controller.signal })).rejects.toThrow('interrupted');
});
