import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createApiClient } from './api-client.ts';

const self = {
  projectId: 'demo',
  role: 'member',
  limits: { maxUploadBytes: 1, maxVirtualBytes: 2, allowIso: false },
  quota: {
    limits: { bytes: 1, images: null, uploads: null },
    used: { bytes: 0, images: 0, uploads: 0, stagedBytes: 0 },
  },
  uploads: { endpoint: 'http://s3', bucket: 'uploads', keyPrefix: 'demo/' },
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
/** Gives the answers in turn, the last one from then on. */
async function serving(...answers: Answer[]) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, url, api: createApiClient({ url, apiKey: 'brk_x' }) };
}
function json(status: number, body: unknown, headers = {}): Answer {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
const broken: Answer = (request) => request.socket.destroy();
function apiError(code: string, message: string) {
  return { error: { code, message, remedy: 'R.', requestId: 'r' } };
}

test('what passes by itself is asked again', async () => {
  const { api, asked } = await serving(json(503, apiError('unavailable', 'Down.')), broken, json(200, self));
  expect(await api.self()).toEqual(self);
  expect(asked).toHaveLength(3);
});

test('a request that creates something is not sent twice when its answer is lost', async () => {
  const { api, asked } = await serving(broken);
  await expect(api.createImage({ name: 'a' })).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toEqual(['POST /v1/images']);
});

test('the thrown error has the words of the API', async () => {
  const { api, asked } = await serving(json(409, apiError('conflict', 'It is busy.')));
  await expect(api.deleteImage('a/b')).rejects.toMatchObject({
    code: 'conflict',
    message: 'It is busy.',
    remedy: 'R.',
    retryable: false,
  });
  expect(asked).toEqual(['DELETE /v1/images/a%2Fb']);
});

test('an error about a wrong key says how to log in', async () => {
  const { api, url } = await serving(json(401, apiError('unauthenticated', 'The API key is not valid.')));
  await expect(api.self()).rejects.toMatchObject({
    code: 'unauthenticated',
    remedy: `Get a valid key or sign in again: "bootready login ${url}".`,
  });
});

test.each([
  ['a page of another server', json(404, '<html>'), /answers, but not like the API of bootready \(HTTP 404\)/],
  ['another form', json(200, { hello: 1 }), /sends answers that this version does not understand/],
  ['a redirect', json(301, '', { location: 'https://new.example' }), /has moved to https:\/\/new\.example/],
])('%s is told as such', async (_what, answer, message) => {
  const { api } = await serving(answer);
  await expect(api.self()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
});

test('a server that is not there is named with its address', async () => {
  const { api, url } = await serving(json(200, self));
  server?.close();
  await expect(api.self()).rejects.toMatchObject({
    code: 'unavailable',
    message: `No connection to ${url}: nothing listens there.`,
    remedy: expect.stringContaining('Check that the API'),
  });
});

test('who is interrupted asks no more', async () => {
  const { url, asked } = await serving(() => undefined);
  const controller = new AbortController();
  const asking = createApiClient({ url, apiKey: 'brk_x', signal: controller.signal }).self();
  setTimeout(() => controller.abort(new Error('interrupted')), 50);
  await expect(asking).rejects.toThrow('interrupted');
  expect(asked.length).toBeLessThanOrEqual(1);
});
