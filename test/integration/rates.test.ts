import { request } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { stallAt } from '../support/stalled.ts';

/** How many requests and guesses one address, key and project may send, and what strangers may hold. No worker runs. */

let limited: Installation;
const sockets: Socket[] = [];
let key: string;
beforeAll(async () => {
  limited = await startInstallation({
    roles: [],
    env: { RATE_PER_KEY: '10', RATE_PER_ADDRESS: '1000', GUESSES_PER_ADDRESS: '5', TRUSTED_PROXIES: '127.0.0.1' },
  });
  const made = newApiKey();
  await createApiKeyStore(limited.db).create({ projectId: 'demo', name: 'x', role: 'member', ...made });
  key = made.key;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await limited?.close();
});

const ask = (shown: string, from: string, path = '/v1/images') =>
  fetch(limited.apiUrl + path, { headers: { authorization: `Bearer ${shown}`, 'x-forwarded-for': from } });

test('strangers take no memory for bodies from those who have a key, or from stores', async () => {
  const large = (from: number) =>
    stallAt(
      limited.apiUrl,
      `POST /events/s3/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.${from}\r\nContent-Type: application/json\r\nContent-Length: ${requestLimits.bodyBytes.most}\r\n\r\n{`,
      sockets,
    );
  for (const from of [31, 32, 33]) for (let count = 0; count < 20; count++) large(from);
  const refused = large(34);
  await eventually(async () => refused.answer().includes('503'), { within: 10, what: 'strangers hold much' });
  const send = (path: string, headers: Record<string, string>, body: object) =>
    fetch(limited.apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }).then(({ status }) => status);
  expect(await send('/identity/v3/auth/tokens', { 'x-forwarded-for': '192.0.2.35' }, {})).toBe(400);
  const authorization = `Bearer ${key}`;
  expect(await send('/v1/images', { authorization, 'x-forwarded-for': '192.0.2.35' }, { name: 'x' })).toBe(201);
  const secret = limited.env.EVENTS_SECRET ?? '';
  expect(await send(`/events/s3/x/${secret}`, { 'x-forwarded-for': '192.0.2.36' }, { Records: [] })).toBe(200);
});

test('guesses are slowed by their address, and only there', async () => {
  for (let guess = 0; guess < 5; guess++) expect((await ask(`wrong-${guess}`, '192.0.2.1')).status).toBe(401);
  const refused = await ask('wrong-again', '192.0.2.1');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  // Others behind the same address are no guessers.
  expect((await ask(key, '192.0.2.1')).status).toBe(200);
  expect((await ask('wrong-elsewhere', '192.0.2.2')).status).toBe(401);
});

test('whoever has a whole network of IPv6 is one address', async () => {
  for (let guess = 0; guess < 5; guess++) {
    expect((await ask(`wrong-${guess}`, `2001:db8::${guess}`)).status).toBe(401);
  }
  expect((await ask('wrong-again', '2001:db8::ffff')).status).toBe(429);
  expect((await ask('wrong-elsewhere', '2001:db8:0:1::1')).status).toBe(401);
});

test('of passwords of Keystone, and of secrets of notifications, too; who guesses the latter is not heard any more', async () => {
  const post = (path: string, from: string, body: unknown) =>
    fetch(limited.apiUrl + path, {
      method: 'POST',
      headers: { 'x-forwarded-for': from, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then(({ status }) => status);
  const password = { user: { name: 'bootready', domain: { id: 'default' }, password: 'wrong' } };
  const auth = { auth: { identity: { methods: ['password'], password } } };
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess++) statuses.push(await post('/identity/v3/auth/tokens', '192.0.2.3', auth));
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  for (let guess = 0; guess < 5; guess++) {
    expect(await post(`/events/s3/a/wrong-${guess}`, '192.0.2.4', { Records: [] })).toBe(401);
  }
  expect(await post('/events/s3/a/wrong-again', '192.0.2.4', { Records: [] })).toBe(429);
  expect(await post(`/events/s3/a/${limited.env.EVENTS_SECRET}`, '192.0.2.4', { Records: [] })).toBe(429);
  expect(await post(`/events/s3/a/${limited.env.EVENTS_SECRET}`, '192.0.2.5', { Records: [] })).toBeLessThan(300);
});

test('however the address is spelled', async () => {
  const post = (target: string, from: string, body: unknown): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(limited.apiUrl);
      const headers = { 'x-forwarded-for': from, 'content-type': 'application/json' };
      const asked = request({ hostname, port, path: target, method: 'POST', headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.once('error', reject);
      asked.end(JSON.stringify(body));
    });
  const password = { user: { name: 'bootready', domain: { id: 'default' }, password: 'wrong' } };
  const auth = { auth: { identity: { methods: ['password'], password } } };
  const spellings: [target: string, body: object][] = [
    ['/%65vents/s3/a/wrong', { Records: [] }],
    ['http://x/events/s3/a/wrong', { Records: [] }],
    ['/events/s3/a?token=wrong', { Records: [] }],
    ['/identity/v3/%61uth/tokens', auth],
    ['http://x/identity/v3/auth/tokens', auth],
  ];
  for (const [index, [target, body]] of spellings.entries()) {
    const statuses: number[] = [];
    for (let guess = 0; guess < 6; guess++) statuses.push(await post(target, `192.0.2.${20 + index}`, body));
    expect([target, ...statuses]).toEqual([target, 401, 401, 401, 401, 401, 429]);
  }
});

test('a key has so many requests a minute, and is told how many are left', async () => {
  const answers: Response[] = [];
  for (let count = 0; count < 12; count++) answers.push(await ask(key, `192.0.2.${10 + count}`, '/v1/self'));
  expect(answers[0]?.headers.get('ratelimit-limit')).toBe('10');
  expect(answers.at(-1)?.status).toBe(429);
  expect(await answers.at(-1)?.json()).toMatchObject({ error: { code: 'too-many-requests' } });
  expect((await fetch(`${limited.apiUrl}/livez`)).status).toBe(200);
});

test('without Redis nothing is limited, and nobody waits', async () => {
  await limited.stopRedis();
  const begun = performance.now();
  expect((await ask(key, '192.0.2.99', '/v1/images')).status).toBe(200);
  expect(performance.now() - begun).toBeLessThan(5000);
});
