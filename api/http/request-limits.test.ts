import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { parseListQuery } from '../openstack/glance/list-query.ts';
import { limitBodyTime } from './body-time.ts';
import { answerErrors } from './errors.ts';
import { parseJson } from './json-body.ts';
import { createMemoryBudget, createUploadMemory } from './memory-budget.ts';
import { createOpenStreams } from './open-streams.ts';
import { readPage } from './page.ts';

function catchRefusal(work: () => unknown): { code?: string; message?: string } {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  return {};
}

describe('lists', () => {
  test('sort keys that come again change nothing, and there are few', () => {
    const { sort } = parseListQuery({ sort: 'name:asc,size,name:desc' });
    expect(sort).toEqual([
      { key: 'name', direction: 'asc' },
      { key: 'size', direction: 'desc' },
    ]);
    const many = Array.from({ length: 2500 }, () => 'name').join(',');
    expect(catchRefusal(() => parseListQuery({ sort: many })).message).toBe('A list has at most 8 sort keys.');
    expect(catchRefusal(() => parseListQuery({ sort_key: many.split(',') })).code).toBe('invalid-input');
    expect(catchRefusal(() => parseListQuery({ sort_key: 'name', sort_dir: Array(9).fill('asc') })).code).toBe(
      'invalid-input',
    );
  });

  test('so are filters and their values', () => {
    const properties = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`p${index}`, 'x']));
    expect(catchRefusal(() => parseListQuery(properties)).message).toContain('32 properties');
    expect(catchRefusal(() => parseListQuery({ tag: Array(33).fill('x') })).message).toContain('32 tags');
    expect(catchRefusal(() => parseListQuery({ id: `in:${'x,'.repeat(300)}` })).message).toContain('200 values');
    expect(parseListQuery({ id: `in:${Array(200).fill('x').join(',')}` }).oneOf.id).toHaveLength(200);
  });

  test('a page ends where its properties grow too large, and goes on behind its last record', async () => {
    const all = Array.from({ length: 250 }, (_, index) => ({ id: index, properties: { p: 'x'.repeat(64 * 1024) } }));
    const asked: number[] = [];
    const read = async (last: (typeof all)[number] | undefined, count: number) => {
      asked.push(count);
      return all.slice((last?.id ?? -1) + 1).slice(0, count);
    };
    const first = await readPage<(typeof all)[number]>(1000, read);
    expect(first.isLast).toBe(false);
    expect(first.records).toHaveLength(31);
    expect(Math.max(...asked)).toBeLessThanOrEqual(25);

    const small = await readPage<{ id: number; properties: { [name: string]: string } }>(1000, async (last, count) =>
      all
        .map(({ id }) => ({ id, properties: {} }))
        .slice((last?.id ?? -1) + 1)
        .slice(0, count),
    );
    expect(small).toMatchObject({ isLast: true });
    expect(small.records.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });
});

describe('JSON', () => {
  test('nests no deeper than allowed; brackets within strings do not count', () => {
    const { most } = requestLimits.jsonLevels;
    expect(parseJson('['.repeat(most) + ']'.repeat(most))).toBeDefined();
    expect(catchRefusal(() => parseJson('['.repeat(most + 1) + ']'.repeat(most + 1))).message).toContain('32 levels');
    expect(catchRefusal(() => parseJson(`${'{"a":'.repeat(most + 1)}1${'}'.repeat(most + 1)}`)).code).toBe(
      'invalid-input',
    );
    expect(parseJson(JSON.stringify({ text: `"\\${'['.repeat(100)}` }))).toEqual({ text: `"\\${'['.repeat(100)}` });
    expect(catchRefusal(() => parseJson('{')).message).toBe('The body is not JSON.');
  });

  test('a megabyte of brackets is refused at once', () => {
    const text = '['.repeat(1024 ** 2);
    const begun = performance.now();
    expect(catchRefusal(() => parseJson(text)).code).toBe('invalid-input');
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe('bodies that never end', () => {
  let app: FastifyInstance | undefined;
  afterEach(() => app?.close());

  /** Sends what is given and nothing more; gives all that comes back until the connection ends. */
  const sending = async (text: string): Promise<string> => {
    app = Fastify();
    answerErrors(app, () => undefined);
    limitBodyTime(app, { bodyMs: 100, restMs: 100 });
    app.post('/', async () => 'taken');
    app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send('no') }, async () => 'taken');
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`;

  test('are answered with 408, and the connection ends', async () => {
    expect(await sending(`${head('/')}{`)).toMatch(/^HTTP\/1.1 408 [\s\S]*30 seconds/);
  });

  test('of a request that was refused before: the connection ends too', async () => {
    expect(await sending(`${head('/refused')}{`)).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe('what is open at once', () => {
  test('memory for image data: half of it for one project, and all comes back', () => {
    const memory = createUploadMemory(100);
    const back = [memory.take('a', 30), memory.take('b', 40)];
    expect(catchRefusal(() => memory.take('a', 30))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('project'),
    });
    expect(catchRefusal(() => memory.take('c', 31))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('The API'),
    });
    memory.take('c', 30).giveBack();
    for (const { giveBack } of back) {
      giveBack();
      giveBack();
    }
    expect(memory.taken).toBe(0);
    expect(() => memory.take('a', 100)).not.toThrow();
  });

  test('memory with a reserve: two who take as much as they may leave room for others who need little', () => {
    const memory = createMemoryBudget(160, { all: 'all', own: 'own', remedy: '' }, true);
    memory.take('a', 80);
    memory.take('b', 40);
    expect(catchRefusal(() => memory.take('b', 1))).toMatchObject({ message: 'all' });
    expect(catchRefusal(() => memory.take('c', 11))).toMatchObject({ message: 'all' });
    for (const other of ['c', 'd', 'e', 'f']) expect(() => memory.take(other, 10)).not.toThrow();
    expect(catchRefusal(() => memory.take('g', 1))).toMatchObject({ message: 'all' });
  });

  test('event streams: some for each key', () => {
    const streams = createOpenStreams();
    const identity = { projectId: 'p', role: 'reader', keyId: 'k' } as const;
    const leave = Array.from({ length: 20 }, () => streams.enter(identity));
    expect(catchRefusal(() => streams.enter(identity))).toMatchObject({ code: 'too-many-requests' });
    expect(() => streams.enter({ ...identity, keyId: 'another' })).not.toThrow();
    leave[0]?.();
    leave[0]?.();
    expect(() => streams.enter(identity)).not.toThrow();
    expect(catchRefusal(() => streams.enter(identity))).toMatchObject({ code: 'too-many-requests' });
  });

  test('of streams that nobody reads, the fullest ends when all together hold too much', () => {
    const streams = createOpenStreams();
    const { unreadStreamsBytes, unreadStreamBytes } = requestLimits;
    const all = Array.from({ length: 40 }, () => unreadResponse());
    const text = 'x'.repeat(unreadStreamBytes.most - 1000);
    const full = Math.floor(unreadStreamsBytes.most / text.length);
    for (const { stream } of all.slice(0, full)) streams.write(stream, text);
    expect(all.filter(({ ended }) => ended())).toHaveLength(0);
    for (const { stream } of all.slice(full)) streams.write(stream, 'x'.repeat(100_000));
    const ended = all.flatMap(({ ended }, index) => (ended() ? [index] : []));
    expect(ended).toEqual([0]);
    streams.write(all[1]?.stream as ServerResponse, text);
    expect(all[1]?.ended()).toBe(true);
  });
});

/** A client that reads nothing. */
function unreadResponse(): { stream: ServerResponse; ended: () => boolean } {
  const stream = Object.assign(new EventEmitter(), {
    writableLength: 0,
    destroyed: false,
    write: (bytes: Buffer) => {
      stream.writableLength += bytes.length;
    },
    destroy: () => {
      stream.destroyed = true;
      stream.emit('close');
    },
  });
  return { stream: stream as unknown as ServerResponse, ended: () => stream.destroyed };
}
