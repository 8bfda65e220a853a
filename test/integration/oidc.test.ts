import { createHash, createPublicKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { eventually } from '../support/eventually.ts';
import { formBrowser } from '../support/form-browser.ts';
import type { Installation } from '../support/installation.ts';
import type { OidcIssuer } from '../support/oidc-issuer.ts';
import { runCli } from '../support/run-cli.ts';
import {
  sessionCookieName,
  signIn,
  signInForCookie,
  someAccounts,
  startWithIssuer,
  walkToCallback,
} from '../support/signed-in.ts';

/** Users of a real OpenID Connect issuer at the API: their access tokens, and their browsers' sessions. */

let installation: Installation;
let issuer: OidcIssuer;
let close: () => Promise<void>;
beforeAll(async () => {
  const accounts = {
    ...someAccounts,
    both: { projects: ['demo', 'other', 'absent'], roles: ['editor', 'unknown'] },
    words: { projects: 'other', roles: 'unknown viewer' },
    leaver: { projects: ['demo', 'other'], roles: ['editor'] },
  };
  ({ installation, issuer, close } = await startWithIssuer(accounts, { roles: [] }));
  await createProjectStore(installation.db).ensure({ id: 'other' });
});
afterAll(() => close?.());

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { status: number; headers: Headers; body: any };
async function ask(path: string, headers: Record<string, string>, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(installation.apiUrl + path, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
}
function self(token: string, headers: Record<string, string> = {}) {
  return ask('/v1/self', { authorization: `Bearer ${token}`, ...headers });
}

describe('access tokens', () => {
  test.each([
    ['demo-reader', 'demo', 'reader'],
    ['demo-admin', 'demo', 'admin'],
    ['words', 'other', 'reader'],
  ])('of %s are for %s as %s', async (account, projectId, role) => {
    const { status, body } = await self(await issuer.accessToken(account));
    expect([status, body.projectId, body.role, body.user.name]).toEqual([200, projectId, role, account]);
  });

  test.each([
    ['a role of ours that nobody mapped', 'no-role', /"access.roles".* no known role/],
    ['no project', 'no-project', /"projects" .* names no project/],
    ['a project that is not there', 'absent-project', /no project "absent" here/],
  ])('with %s open nothing, and say so', async (_what, account, message) => {
    const { status, body } = await self(await issuer.accessToken(account));
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
    expect(body.error.message).toMatch(message);
    expect(body.error.remedy).toBeTruthy();
    expect(await createProjectStore(installation.db).existing(['absent'])).toEqual([]);
  });

  test('for several projects want one named, which must be one of theirs; a key is not moved by the name', async () => {
    const token = await issuer.accessToken('both');
    const { status, body } = await self(token);
    expect([status, body.error.code]).toEqual([400, 'invalid-input']);
    expect(body.error.remedy).toContain('demo, other');
    expect((await self(token, { 'bootready-project': 'other' })).body).toMatchObject({ projectId: 'other' });
    expect((await self(token, { 'bootready-project': 'absent' })).status).toBe(403);
    const only = await issuer.accessToken('demo-member');
    expect((await self(only, { 'bootready-project': 'other' })).status).toBe(403);

    const { key, hash, hint } = newApiKey();
    await createApiKeyStore(installation.db).create({ projectId: 'demo', name: 'k', hash, hint, role: 'member' });
    expect((await self(key, { 'bootready-project': 'other' })).body).toMatchObject({ projectId: 'demo' });
  });

  const claims = { sub: 'demo-admin', projects: ['demo'], access: { roles: ['operator'] } };
  const now = () => Date.now() / 1000;
  const forged = (alg: string, key: Parameters<SignJWT['sign']>[0], header: object = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, ...header })
      .setIssuer(issuer.url)
      .setAudience(issuer.env.OIDC_AUDIENCE ?? '')
      .setExpirationTime('10m')
      .sign(key);
  const changed = (token: string): string => {
    const [head, body = '', signature] = token.split('.');
    const more = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), projects: ['other'] };
    return [head, Buffer.from(JSON.stringify(more)).toString('base64url'), signature].join('.');
  };

  test('that the issuer would have signed so are taken: what follows is refused for its one fault', async () => {
    expect((await self(await issuer.sign(claims))).status).toBe(200);
    // Clocks differ by seconds.
    expect((await self(await issuer.sign(claims, { expires: now() - 10 }))).status).toBe(200);
  });

  test.each<[string, RegExp, () => Promise<string> | string]>([
    ['has expired', /expired/, () => issuer.sign(claims, { expires: now() - 60 })],
    ['holds later', /not valid yet/, () => issuer.sign({ ...claims, nbf: Math.floor(now()) + 60 })],
    ['is for another API', /not for this API/, () => issuer.accessToken('demo-admin', 'https://other.test')],
    ['is for the portal, as an ID token is', /not for this API/, () => issuer.sign(claims, { audience: 'bootready' })],
    ['is of another issuer', /another issuer/, () => issuer.sign(claims, { issuer: 'http://127.0.0.1:1' })],
    ['names nobody', /"sub"/, () => issuer.sign({ ...claims, sub: undefined as never })],
    ['is changed', /signature/, async () => changed(await issuer.accessToken('demo-admin'))],
    [
      'is not signed',
      /algorithm is not allowed/,
      () =>
        new UnsecuredJWT(claims)
          .setIssuer(issuer.url)
          .setAudience(issuer.env.OIDC_AUDIENCE ?? '')
          .encode(),
    ],
    [
      'is signed by a secret that everybody knows: the public key (CVE-2015-9235)',
      /algorithm is not allowed/,
      async () => {
        const pem = createPublicKey({ key: await issuer.publicKey(), format: 'jwk' } as never).export({
          ...({ type: 'spki', format: 'pem' } as const),
        });
        return forged('HS256', Buffer.from(pem));
      },
    ],
    [
      'brings its own key',
      /does not have that key|signature/,
      async () => {
        const own = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
        const { privateKey, publicKey } = own as CryptoKeyPair;
        return forged('ES256', privateKey, { kid: 'mine', jwk: await crypto.subtle.exportKey('jwk', publicKey) });
      },
    ],
    ['is no token', /not a signed token/, () => 'no.real.token'],
  ])('that one that %s is refused', async (_what, message, token) => {
    for (const headers of [{ authorization: `Bearer ${await token()}` }, { 'x-auth-token': await token() }]) {
      const { status, body, headers: told } = await ask('/v1/self', headers);
      expect([status, body.error.code]).toEqual([401, 'unauthenticated']);
      expect(body.error.message).toMatch(message);
      expect(told.get('www-authenticate')).toBe('Bearer');
    }
    const image = await ask('/image/v2/images', { 'x-auth-token': await token() });
    expect(image.status).toBe(401);
  });

  test('are good at the Image API and the Identity API too', async () => {
    const token = await issuer.accessToken('demo-member');
    expect((await ask('/image/v2/images', { 'x-auth-token': token })).status).toBe(200);
    const { body } = await ask('/identity/v3/auth/projects', { 'x-auth-token': token });
    expect(body.projects.map(({ id }: { id: string }) => id)).toEqual(['demo']);
    const self = await ask('/identity/v3/users/demo-member', { 'x-auth-token': token });
    expect([self.status, self.body.user?.id]).toEqual([200, 'demo-member']);
  });

  test('are good for the command line in the place of a key', async () => {
    const env = { ...installation.env, BOOTREADY_URL: installation.apiUrl };
    const token = await issuer.accessToken('demo-reader');
    const { code, stdout } = await runCli(['--json', 'whoami'], { env: { ...env, BOOTREADY_API_KEY: token } });
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ projectId: 'demo', role: 'reader' })]);
  });

  test('make no session: that is what signing in at the issuer is for', async () => {
    const headers = { authorization: `Bearer ${await issuer.accessToken('demo-member')}`, origin: installation.apiUrl };
    const answer = await ask('/v1/session', headers, { method: 'POST' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  test('of a new key of the issuer are taken within seconds, those of the old one no more', async () => {
    const old = await issuer.accessToken('demo-member');
    expect((await self(old)).status).toBe(200);
    await issuer.rotate();
    const token = await issuer.accessToken('demo-member');
    await eventually(async () => (await self(token)).status === 200, { within: 20, what: 'the new key is known' });
    const refused = await self(old);
    expect([refused.status, refused.body.error.message]).toEqual([
      401,
      expect.stringMatching('does not have that key'),
    ]);
  });
});

test('doctor finds the issuer well, and says what it must know', async () => {
  const { code, stdout } = await runCli(['--json', 'doctor', '--only', 'oidc'], { env: installation.env });
  const { checks } = JSON.parse(stdout) as { checks: { outcome: string; message: string }[] };
  expect(checks.map(({ outcome }) => outcome)).toEqual(['ok']);
  expect(checks[0]?.message).toContain(`"bootready" with ${installation.apiUrl}/sign-in/callback`);
  expect(checks[0]?.message).toContain('the public client "bootready-cli"');
  expect(code).toBe(0);
});

describe('a sign-in', () => {
  const readSession = (browser: ReturnType<typeof formBrowser>): string | undefined =>
    browser.cookies.get(sessionCookieName);

  test('is offered by name, and sends the browser to the issuer with code, PKCE, state and nonce', async () => {
    const commandLine = { issuer: issuer.url, clientId: 'bootready-cli', scopes: 'openid offline_access' };
    expect((await ask('/sign-in', {})).body).toEqual({
      issuer: { name: 'Beispiel-Konto', commandLine: { ...commandLine, resource: issuer.env.OIDC_AUDIENCE } },
    });
    const answer = await fetch(`${installation.apiUrl}/sign-in/begin?to=/images`, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    const { origin, searchParams } = new URL(answer.headers.get('location') ?? '');
    expect(origin).toBe(issuer.url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'bootready',
      code_challenge_method: 'S256',
      redirect_uri: `${installation.apiUrl}/sign-in/callback`,
      scope: 'openid profile images',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^bootready-sign-in-on-this-machine=[\w-]{43}\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('ends in a session like that of a key, which knows who it is', async () => {
    const browser = formBrowser();
    const page = await signIn(installation.apiUrl, 'demo-member', browser);
    expect(page.url).toBe(`${installation.apiUrl}/images`);
    expect(page.setCookies).toEqual([
      expect.stringMatching(/^bootready-sign-in-on-this-machine=; Max-Age=0; /),
      expect.stringMatching(
        /^bootready-on-this-machine=brs_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    const cookie = `${sessionCookieName}=${readSession(browser)}`;
    expect((await ask('/v1/self', { cookie })).body).toMatchObject({
      projectId: 'demo',
      role: 'member',
      user: { name: 'Name of demo-member', projects: ['demo'] },
    });
    const foreign = await ask('/v1/session', { cookie, origin: 'http://127.0.0.1:1' }, { method: 'DELETE' });
    expect(foreign.status).toBe(403);
    // What the issuer gave lies in the database for nobody but the cookie.
    const [row] = await installation.db
      .selectFrom('sessions')
      .where('subject', '=', 'demo-member')
      .selectAll()
      .execute();
    expect(row?.sealed?.length).toBeGreaterThan(100);
    expect(row?.sealed?.toString('latin1')).not.toMatch(/eyJ|refreshToken/);
  });

  test.each([
    ['no-role', 'forbidden'],
    ['no-project', 'forbidden'],
    ['absent-project', 'forbidden'],
  ])('of %s ends on the page with the reason, and in no session', async (account, problem) => {
    const browser = formBrowser();
    const { url } = await signIn(installation.apiUrl, account, browser);
    expect([url, readSession(browser)]).toEqual([`${installation.apiUrl}/images?sign-in=${problem}`, undefined]);
  });

  test('that the user gives up ends on the page', async () => {
    const browser = formBrowser();
    const form = await browser.open(`${installation.apiUrl}/sign-in/begin?to=/images`);
    const abort = /href="([^"]+abort)"/.exec(form.html)?.[1] ?? '';
    const { url } = await browser.open(new URL(abort, form.url).href);
    expect([url, readSession(browser)]).toEqual([`${installation.apiUrl}/images?sign-in=unauthenticated`, undefined]);
  });

  test('is not finished by another browser, with another state, without a code, or twice', async () => {
    const [mine, theirs] = [formBrowser(), formBrowser()];
    const callback = await walkToCallback(installation.apiUrl, 'demo-member', { browser: mine });
    await walkToCallback(installation.apiUrl, 'other-member', { browser: theirs });
    const variants: [string, string, ReturnType<typeof formBrowser>][] = [
      ['a browser that has begun nothing', callback, formBrowser()],
      ['a browser that has begun another', callback, theirs],
    ];
    for (const [name, value] of [
      ['state', 'A'.repeat(43)],
      ['state', ''],
      ['code', ''],
      ['iss', 'http://127.0.0.1:1'],
    ] as const) {
      const url = new URL(callback);
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
      const copy = formBrowser();
      for (const cookie of mine.cookies) copy.cookies.set(...cookie);
      variants.push([`${name}=${value}`, url.href, copy]);
    }
    for (const [what, url, browser] of variants) {
      const page = await browser.open(url);
      expect([what, new URL(page.url).searchParams.get('sign-in'), readSession(browser)]).toEqual([
        what,
        'unauthenticated',
        undefined,
      ]);
    }
    const again = formBrowser();
    for (const cookie of mine.cookies) again.cookies.set(...cookie);
    expect((await mine.open(callback)).url).toBe(`${installation.apiUrl}/images`);
    expect(readSession(mine)).toMatch(/^brs_/);
    for (const browser of [again, formBrowser()]) {
      expect((await browser.open(callback)).url).toContain('sign-in=unauthenticated');
      expect(readSession(browser)).toBeUndefined();
    }
  });

  test('makes a session that nobody knew before, and ends the one that the browser had', async () => {
    const browser = formBrowser();
    browser.cookies.set(sessionCookieName, 'brs_chosen-by-somebody-else');
    await signIn(installation.apiUrl, 'demo-member', browser);
    const first = readSession(browser);
    expect(first).toMatch(/^brs_[\w-]{43}$/);
    await signIn(installation.apiUrl, 'demo-member', browser);
    expect(readSession(browser)).not.toBe(first);
    expect((await ask('/v1/self', { cookie: `${sessionCookieName}=${first}` })).status).toBe(401);
    expect((await ask('/v1/self', { cookie: `${sessionCookieName}=${readSession(browser)}` })).status).toBe(200);
  });

  test.each([
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test',
    '/\t/evil.test',
    '/..//evil.test',
    'javascript:alert(1)',
    '@evil.test',
    '',
  ])('leads nowhere but to pages of ours: %j', async (to) => {
    const browser = formBrowser();
    const callback = await walkToCallback(installation.apiUrl, 'demo-member', { browser, to });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(callback, { redirect: 'manual', headers: { cookie } });
    expect(answer.headers.getSetCookie().join()).toContain('brs_');
    expect(new URL(answer.headers.get('location') ?? '').origin).toBe(installation.apiUrl);
    const failed = await fetch(callback, { redirect: 'manual', headers: { cookie } });
    expect(new URL(failed.headers.get('location') ?? '').origin).toBe(installation.apiUrl);
  });
});

describe('a session of a user', () => {
  const cookieAsk = (cookie: string, method: string, path: string, body?: unknown) =>
    ask(
      path,
      { cookie, origin: installation.apiUrl, ...(body ? { 'content-type': 'application/json' } : {}) },
      { method, ...(body ? { body: JSON.stringify(body) } : {}) },
    );
  const isDue = (cookie: string) =>
    installation.db
      .updateTable('sessions')
      .set({ renew_at: new Date(Date.now() - 1000) })
      .where(
        'hash',
        '=',
        createHash('sha256')
          .update(cookie.split('=')[1] ?? '')
          .digest(),
      )
      .execute();
  const readSelf = (cookie: string) => cookieAsk(cookie, 'GET', '/v1/self');

  test('is for one of the projects at a time, and only for those that the issuer named and that are there', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'both');
    expect((await readSelf(cookie)).body).toMatchObject({ projectId: 'demo', user: { projects: ['demo', 'other'] } });
    expect((await cookieAsk(cookie, 'PATCH', '/v1/session', { projectId: 'other' })).status).toBe(204);
    expect((await readSelf(cookie)).body).toMatchObject({ projectId: 'other' });
    for (const projectId of ['absent', 'strange']) {
      expect((await cookieAsk(cookie, 'PATCH', '/v1/session', { projectId })).status).toBe(403);
    }
    const single = await signInForCookie(installation.apiUrl, 'demo-member');
    expect((await cookieAsk(single, 'PATCH', '/v1/session', { projectId: 'other' })).status).toBe(403);
    // No header moves it.
    const moved = await ask('/v1/self', { cookie: single, 'bootready-project': 'other', 'x-forwarded-user': 'root' });
    expect(moved.body).toMatchObject({ projectId: 'demo', role: 'member' });
  });

  test('makes no other session, so that none outlives its time', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'demo-member');
    expect((await cookieAsk(cookie, 'POST', '/v1/session')).status).toBe(403);
  });

  test('asks the issuer again: it goes on with what the issuer says then, for all requests at once', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'leaver');
    const leaver = issuer.accounts.leaver as { roles: string[]; projects: string[] };
    leaver.roles = ['viewer'];
    expect((await readSelf(cookie)).body.role).toBe('member');
    for (let turn = 0; turn < 2; turn++) {
      await isDue(cookie);
      // A refresh token that is shown twice ends all that came of it: only one of these may show it.
      const answers = await Promise.all(Array.from({ length: 6 }, () => readSelf(cookie)));
      expect(answers.map(({ status, body }) => [status, body.role])).toEqual(Array(6).fill([200, 'reader']));
    }
    leaver.projects = ['other'];
    await isDue(cookie);
    expect((await readSelf(cookie)).status).toBe(401);
    const row = await installation.db.selectFrom('sessions').where('subject', '=', 'leaver').selectAll().execute();
    expect(row).toEqual([]);
  });

  test('ends when the issuer gives nothing more', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'demo-reader');
    const { roles } = issuer.accounts['demo-reader'] as { roles: string[] };
    (issuer.accounts['demo-reader'] as { roles: string[] }).roles = [];
    await isDue(cookie);
    expect((await readSelf(cookie)).status).toBe(401);
    (issuer.accounts['demo-reader'] as { roles: string[] }).roles = roles;
    expect((await readSelf(cookie)).status).toBe(401);
  });

  test('waits for an issuer that does not answer, and so do tokens: 503, then all goes on', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'demo-member');
    // A key that nobody has seen yet makes us ask for the keys.
    const unseen = await issuer.sign({ sub: 'x' }).then((token) => {
      const [, ...rest] = token.split('.');
      const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'unseen' })).toString('base64url');
      return [head, ...rest].join('.');
    });
    await isDue(cookie);
    const begun = formBrowser();
    const callback = await walkToCallback(installation.apiUrl, 'demo-member', { browser: begun });
    await issuer.stop();
    try {
      // Keys that were asked for in the last seconds are not asked for again.
      await eventually(async () => (await self(unseen)).status !== 401, { within: 20, what: 'the keys are asked for' });
      for (const answer of [await readSelf(cookie), await self(unseen)]) {
        expect([answer.status, answer.body.error.code]).toEqual([503, 'unavailable']);
        expect(answer.headers.get('retry-after')).toBe('5');
      }
      expect((await begun.open(callback)).url).toBe(`${installation.apiUrl}/images?sign-in=unavailable`);
    } finally {
      await issuer.start();
    }
    expect((await self(unseen)).status).toBe(401);
    expect((await readSelf(cookie)).status).toBe(200);
  });

  test('that signs out is over here, and the browser is told where it signs out there', async () => {
    const cookie = await signInForCookie(installation.apiUrl, 'demo-member');
    const { status, body } = await cookieAsk(cookie, 'DELETE', '/v1/session');
    expect(status).toBe(200);
    const url = new URL(body.signOutUrl);
    expect([url.origin, url.searchParams.get('post_logout_redirect_uri')]).toEqual([
      issuer.url,
      `${installation.apiUrl}/`,
    ]);
    expect(url.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    expect((await readSelf(cookie)).status).toBe(401);
  });
});
