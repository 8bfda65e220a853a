import { afterAll, beforeAll } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import type { Installation } from './installation.ts';
import { admitSent } from './run-records.ts';
import { signInForCookie, someAccounts, startWithIssuer } from './signed-in.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
export type Answer = { status: number; headers: Headers; body: any; bytes: Buffer };

export const raw = { disk_format: 'raw', container_format: 'bare' };
export const newer = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

/** Hooks of a test file: the Image API over HTTP, call by call, and everybody who calls it. No worker runs. */
export function callImageApi() {
  let installation: Installation;
  let close: () => Promise<void>;
  /** Of a browser; the Image API knows none. */
  let cookie: string;
  const keys: Record<string, string> = {};
  const keyIds: Record<string, string> = {};
  beforeAll(async () => {
    const started = await startWithIssuer(someAccounts, {
      roles: [],
      env: { POLICY: 'warn', MAX_UPLOAD_BYTES: String(24 * 1024 ** 2) },
    });
    ({ installation, close } = started);
    const { db } = installation;
    await createProjectStore(db).ensure({ id: 'other' });
    await createProjectStore(db).ensure({ id: 'strict', policy: 'enforce', quota: { bytes: 5000 } });
    const make = async (name: string, projectId: string, role: Role, expiresAt?: Date): Promise<string> => {
      const { key, hash, hint } = newApiKey();
      keys[name] = key;
      keyIds[name] = await createApiKeyStore(db).create({
        projectId,
        name,
        hash,
        hint,
        role,
        ...(expiresAt ? { expiresAt } : {}),
      });
      return keyIds[name];
    };
    await make('member', 'demo', 'member');
    await make('reader', 'demo', 'reader');
    await make('admin', 'demo', 'admin');
    await make('stranger', 'other', 'member');
    await make('strict', 'strict', 'member');
    await make('expired', 'demo', 'admin', new Date(Date.now() - 1000));
    await createApiKeyStore(db).revoke(await make('revoked', 'demo', 'admin'));

    const { issuer } = started;
    for (const account of Object.keys(someAccounts)) keys[`token of ${account}`] = await issuer.accessToken(account);
    keys['token for another API'] = await issuer.accessToken('demo-admin', 'https://other.test');
    const admin = { sub: 'demo-admin', projects: ['demo'], access: { roles: ['operator'] } };
    keys['expired token'] = await issuer.sign(admin, { expires: Date.now() / 1000 - 60 });
    cookie = await signInForCookie(installation.apiUrl, 'demo-admin');
  });
  afterAll(() => close?.());

  async function call(
    who: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isRaw = body instanceof Buffer;
    const answer = await fetch(`${installation.apiUrl}/image${path}`, {
      method,
      headers: {
        ...(who === undefined ? {} : { 'x-auth-token': keys[who] ?? who }),
        ...(body === undefined ? {} : { 'content-type': isRaw ? 'application/octet-stream' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return {
      status: answer.status,
      headers: answer.headers,
      bytes,
      body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
    };
  }
  async function create(more: object = {}, who = 'member') {
    const answer = await call(who, 'POST', '/v2/images', { name: 'x', ...raw, ...more });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as { id: string; [name: string]: unknown };
  }
  async function readStatus(id: string): Promise<string> {
    return (await call('admin', 'GET', `/v2/images/${id}`)).body.status;
  }
  function patch(who: string, id: string, changes: unknown, headers: Record<string, string> = newer) {
    return call(who, 'PATCH', `/v2/images/${id}`, changes, headers);
  }

  function admit(imageId: string, serve?: 'now' | 'after the verdict') {
    return admitSent(installation.db, imageId, serve);
  }

  return {
    get installation() {
      return installation;
    },
    get cookie() {
      return cookie;
    },
    keys,
    keyIds,
    call,
    create,
    readStatus,
    patch,
    admit,
  };
}
