import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { buildPortal } from '../../dev/setup/portal.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { newVisit, openBrowser } from '../support/browser.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { activeImage } from '../support/portal-images.ts';

/** What every page says to the browser about itself, wherever it comes from; and that the board works under that. */

let installation: Installation;
let browser: Browser;
let key: string;
let imageId: string;
beforeAll(async () => {
  await buildPortal();
  installation = await startInstallation({ roles: [], env: { API_PUBLIC_URL: 'https://images.example.org' } });
  const made = newApiKey();
  ({ key } = made);
  const demo = await createProjectStore(installation.db).ensure({ id: 'demo' });
  await createApiKeyStore(installation.db).create({
    projectId: 'demo',
    name: 'admin',
    hash: made.hash,
    hint: made.hint,
    role: 'admin',
  });
  ({ id: imageId } = await activeImage(installation, demo, 'Debian 12', 'console'));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
});

function open(path: string): Promise<Response> {
  return fetch(installation.apiUrl + path, {
    redirect: 'manual',
    headers: { accept: 'text/html', authorization: `Basic ${btoa(`me:${key}`)}` },
  });
}

/** Pages, and what is answered where there is none; 'html' where it must be a page. */
function routes(): [string, number, 'html' | 'other'][] {
  return [
    ...['/', '/images', '/images/platform', '/sessions', '/operations/audit', '/no/such/page'].map(
      (path): [string, number, 'html'] => [path, 200, 'html'],
    ),
    ['/queues/', 200, 'html'],
    ['/queues/queue/intake', 200, 'html'],
    [`/v1/images/${imageId}/runs/1/report?as=html`, 200, 'html'],
    [`/v1/images/${imageId}/runs/1/evidence/serial.log`, 200, 'other'],
    [`/v1/images/${crypto.randomUUID()}/runs/1/report?as=html`, 404, 'other'],
    ['/v1/images/%c3%28', 400, 'other'],
    ['/v1/nothing', 404, 'other'],
    ['/image/v2/nothing', 404, 'other'],
    ['/queues/nothing/at/all.js', 404, 'other'],
    ['/sign-in/begin', 404, 'other'],
    ['/assets/nothing.js', 404, 'other'],
    ['/v1/images/stream', 200, 'other'],
  ];
}

test('every page and every refusal says who may frame it, what it may load, and that it comes by https', async () => {
  let pages = 0;
  for (const [path, status, kind] of routes()) {
    const answer = await open(path);
    await answer.body?.cancel();
    const headers = Object.fromEntries(answer.headers);
    if (!path.startsWith('/queues/nothing')) expect([path, answer.status]).toEqual([path, status]);
    if (kind === 'html') {
      expect([path, headers['content-type']]).toEqual([path, expect.stringMatching(/^text\/html/)]);
      pages++;
    }
    expect([path, headers]).toEqual([
      path,
      expect.objectContaining({
        'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/),
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'referrer-policy': 'no-referrer',
      }),
    ]);
    const script = /script-src ([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1] ?? '';
    expect([path, script]).toEqual([path, expect.not.stringContaining('unsafe')]);
  }
  expect(pages).toBe(9);
});

test('the board of the queues is shown, loads nothing from elsewhere, and breaks no rule of its policy', async () => {
  const visit = await newVisit(browser, {
    baseURL: installation.apiUrl,
    httpCredentials: { username: 'me', password: key },
  });
  const hosts = new Set<string>();
  visit.page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await visit.page.goto('/queues/');
  await visit.page.getByText('housekeeping').first().waitFor();
  await visit.page.goto('/queues/queue/intake');
  await visit.page.getByText('intake').first().waitFor();
  // What changes something is not offered.
  for (const name of [/^pause/i, /^add job/i, /^clean/i, /^retry/i]) {
    expect(await visit.page.getByRole('button', { name }).count()).toBe(0);
  }
  await visit.context.close();
  expect([[...hosts], visit.complaints]).toEqual([[new URL(installation.apiUrl).host], []]);
});

test('the board is shown to an administrator who is signed in, and to no other session', async () => {
  const ask = async (role: 'admin' | 'member'): Promise<number> => {
    const made = newApiKey();
    await createApiKeyStore(installation.db).create({ projectId: 'demo', name: role, role, ...made });
    const signedIn = await fetch(`${installation.apiUrl}/v1/session`, {
      method: 'POST',
      headers: { authorization: `Bearer ${made.key}`, 'x-forwarded-proto': 'https' },
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const answer = await fetch(`${installation.apiUrl}/queues/`, { headers: { cookie } });
    await answer.body?.cancel();
    return answer.status;
  };
  expect([await ask('admin'), await ask('member')]).toEqual([200, 401]);
});

test('the board changes nothing, whoever asks', async () => {
  for (const [method, path] of [
    ['PUT', '/queues/api/queues/intake/pause'],
    ['PUT', '/queues/api/queues/intake/empty'],
    ['PUT', '/queues/api/queues/intake/obliterate'],
    ['PUT', '/queues/api/queues/intake/clean/completed'],
    ['POST', '/queues/api/queues/intake/add'],
  ] as const) {
    const answer = await fetch(installation.apiUrl + path, {
      method,
      headers: { authorization: `Basic ${btoa(`me:${key}`)}` },
    });
    expect([path, answer.status]).toEqual([path, expect.toSatisfy((status: number) => status >= 400)]);
  }
});
