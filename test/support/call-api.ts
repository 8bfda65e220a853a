import { afterAll, beforeAll } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { ImageView } from '../../shared/contracts/api.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import type { Installation } from './installation.ts';
import { signInForCookie, someAccounts, startWithIssuer } from './signed-in.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
export type Answer = { status: number; headers: Headers; body: any };

/** The same right, shown in every way that there is. */
export function kinds(role: 'reader' | 'member' | 'admin'): string[] {
  return [role, `token of demo-${role}`, `session of demo-${role}`, `session by key of ${role}`];
}
export const strangers = ['stranger', 'token of other-member', 'session of other-member', 'session by key of stranger'];

/**
 * Hooks of a test file: the API process as it is, over HTTP, and everybody who calls it. No worker runs, so nothing changes under the tests.
 */
export function callApi() {
  let installation: Installation;
  let close: () => Promise<void>;
  /** API keys and the issuer's tokens. */
  const keys: Record<string, string> = {};
  /** Cookies of browsers. */
  const sessions: Record<string, string> = {};
  let webhookId: string;
  beforeAll(async () => {
    const started = await startWithIssuer(someAccounts, { roles: [] });
    ({ installation, close } = started);
    const { db } = installation;
    await createProjectStore(db).ensure({ id: 'other' });
    const make = async (name: string, projectId: string, role: Role, expiresAt?: Date): Promise<string> => {
      const { key, hash, hint } = newApiKey();
      keys[name] = key;
      return createApiKeyStore(db).create({ projectId, name, hash, hint, role, ...(expiresAt ? { expiresAt } : {}) });
    };
    await make('member', 'demo', 'member');
    await make('reader', 'demo', 'reader');
    await make('admin', 'demo', 'admin');
    await make('stranger', 'other', 'member');
    await make('expired', 'demo', 'admin', new Date(Date.now() - 1000));
    await createApiKeyStore(db).revoke(await make('revoked', 'demo', 'admin'));
    const created = await call('member', 'POST', '/v1/webhooks', { url: 'https://example.org/hook' });
    webhookId = created.body.id;

    const { issuer } = started;
    for (const account of Object.keys(someAccounts)) keys[`token of ${account}`] = await issuer.accessToken(account);
    keys['token for another API'] = await issuer.accessToken('demo-admin', 'https://other.test');
    const admin = { sub: 'demo-admin', projects: ['demo'], access: { roles: ['operator'] } };
    keys['expired token'] = await issuer.sign(admin, { expires: Date.now() / 1000 - 60 });
    for (const account of ['demo-reader', 'demo-member', 'demo-admin', 'other-member']) {
      sessions[`session of ${account}`] = await signInForCookie(installation.apiUrl, account);
    }
    for (const name of ['reader', 'member', 'admin', 'stranger']) {
      const headers = { authorization: `Bearer ${keys[name]}`, origin: installation.apiUrl };
      const signedIn = await fetch(`${installation.apiUrl}/v1/session`, { method: 'POST', headers });
      sessions[`session by key of ${name}`] = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    }
    sessions['ended session'] = await signInForCookie(installation.apiUrl, 'demo-admin');
    await call('ended session', 'DELETE', '/v1/session');
  });
  afterAll(() => close?.());

  function showIdentity(who: string | undefined): Record<string, string> {
    const cookie = sessions[who ?? ''];
    if (cookie) return { cookie, origin: installation.apiUrl };
    return who === undefined ? {} : { authorization: `Bearer ${keys[who] ?? who}` };
  }

  async function call(who: string | undefined, method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(installation.apiUrl + path, {
      method,
      headers: {
        ...showIdentity(who),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  }

  async function newImage(name: string, who = 'member'): Promise<ImageView> {
    return (await call(who, 'POST', '/v1/images', { name })).body;
  }

  return {
    get installation() {
      return installation;
    },
    /** Of a webhook of the project "demo". */
    get webhookId() {
      return webhookId;
    },
    keys,
    sessions,
    showIdentity,
    call,
    newImage,
  };
}
