import { connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { answerErrors } from './errors.ts';
import { limitHeldMemory } from './held-memory.ts';

const KiB = 1024;
const unread = 64 * KiB * KiB;

let app: FastifyInstance | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app?.close();
});

/** Who asks says the project by a header. */
async function serve(
  most: { bodies: number; answers: number; unreadMs: number },
  strangers = { bodies: 0, answers: 0 },
): Promise<string> {
  const limits = { ...most, strangers };
  app = Fastify({ forceCloseConnections: true });
  answerErrors(app, () => undefined);
  app.decorateRequest('identity', null);
  app.addHook('onRequest', async (request) => {
    const project = String(request.headers['x-project']);
    if (project !== 'none') request.identity = { projectId: project, role: 'member' };
  });
  limitHeldMemory(app, limits);
  app.post('/', async () => 'taken');
  app.get('/', async () => 'x'.repeat(unread));
  app.get('/small', async () => 'small');
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** Sends this and then nothing, and reads nothing; gives what ends the connection. */
async function stall(url: string, project: string, head: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(`${head}\r\nHost: x\r\nX-Project: ${project}\r\n`);
  return socket;
}

function send(url: string, project: string, bytes: number): Promise<number> {
  return fetch(url, { method: 'POST', body: JSON.stringify('x'.repeat(bytes)), headers: toHeaders(project) }).then(
    ({ status }) => status,
  );
}
function toHeaders(project: string) {
  return { 'x-project': project, 'content-type': 'application/json' };
}

describe('bodies that are under way', () => {
  const stallBody = async (url: string, project: string): Promise<Socket> => {
    const socket = await stall(url, project, 'POST / HTTP/1.1');
    socket.write(`Content-Type: application/json\r\nContent-Length: ${60 * KiB}\r\n\r\n"`);
    return socket;
  };

  test('have memory for all, half of it for one project, and give it back', async () => {
    const url = await serve({ bodies: 128 * KiB, answers: unread, unreadMs: 10_000 });
    const socket = await stallBody(url, 'a');
    await eventually(async () => (await send(url, 'a', 30 * KiB)) === 503, { within: 5, what: 'the body is held' });
    expect(await send(url, 'a', 1 * KiB)).toBe(200);
    expect(await send(url, 'b', 30 * KiB)).toBe(200);
    const refused = await fetch(url, { method: 'POST', body: `"${'x'.repeat(30 * KiB)}"`, headers: toHeaders('a') });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.text()).toContain('your limit of large requests at the same time');
    socket.destroy();
    await eventually(async () => (await send(url, 'a', 30 * KiB)) === 200, { within: 5, what: 'it is given back' });
  });

  test('of strangers take nothing from those who are known, and nothing is taken from them', async () => {
    const url = await serve(
      { bodies: 128 * KiB, answers: unread, unreadMs: 10_000 },
      { bodies: 96 * KiB, answers: unread },
    );
    await stallBody(url, 'none');
    await eventually(async () => (await send(url, 'none', 30 * KiB)) === 503, { within: 5, what: 'the body is held' });
    expect(await send(url, 'a', 30 * KiB)).toBe(200);
  });

  test('of unknown length count as the longest that may come', async () => {
    const url = await serve({ bodies: 1.5 * KiB * KiB, answers: unread, unreadMs: 10_000 });
    const socket = await stall(url, 'a', 'POST / HTTP/1.1');
    socket.write('Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"\r\n');
    await eventually(async () => (await send(url, 'b', 700 * KiB)) === 503, { within: 5, what: 'the body is held' });
  });
});

describe('answers that nobody reads', () => {
  const ask = (url: string, project: string): Promise<number> =>
    fetch(url, { headers: { 'x-project': project } }).then(async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    });

  test('have memory too; small ones get through', async () => {
    const url = await serve({ bodies: KiB, answers: 3 * unread, unreadMs: 10_000 });
    (await stall(url, 'a', 'GET / HTTP/1.1')).write('\r\n');
    await eventually(async () => (await ask(url, 'a')) === 503, { within: 10, what: 'an answer is held' });
    expect(await ask(`${url}/small`, 'a')).toBe(200);
    expect(await ask(url, 'b')).toBe(200);
  });

  test('are given up after a time, and their memory is given back', async () => {
    const url = await serve({ bodies: KiB, answers: 1.5 * unread, unreadMs: 300 });
    (await stall(url, 'a', 'GET / HTTP/1.1')).write('\r\n');
    await eventually(async () => (await ask(url, 'b')) === 503, { within: 10, what: 'an answer is held' });
    await eventually(async () => (await ask(url, 'b')) === 200, { within: 10, what: 'it is given up' });
  });
});
