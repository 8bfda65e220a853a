import { expect, test, vi } from 'vitest';
import type { KnownKey } from '../../../shared/ports/projects.ts';
import { newApiKey } from '../../../shared/secrets/api-key.ts';
import { makeSecretKeys, newSecretsKey } from '../../../shared/secrets/secret-keys.ts';
import { createTokens } from './tokens.ts';

function someKey(more: Partial<KnownKey> = {}): KnownKey {
  return {
    keyId: crypto.randomUUID(),
    projectId: 'demo',
    role: 'member',
    name: 'me',
    hint: 'brk_xxxx',
    hash: newApiKey().hash,
    expiresAt: null,
    ...more,
  };
}
const ours = newSecretsKey();
function makeTokens(known: () => KnownKey | undefined, ...secrets: string[]) {
  return createTokens(
    { get: (id) => Promise.resolve(known()?.keyId === id ? known() : undefined) },
    makeSecretKeys(secrets.length > 0 ? secrets : [ours]),
  );
}

test('a token has the rights of its key', async () => {
  const key = someKey();
  const tokens = makeTokens(() => key);
  const { token, claims } = tokens.issue(key);
  expect(await tokens.read(token)).toEqual({ key, claims });
});

test('it ends with its key, after an hour, and never later than the key', async () => {
  vi.useFakeTimers();
  try {
    const start = Date.now();
    const key = someKey();
    let known: KnownKey | undefined = key;
    const tokens = makeTokens(() => known);
    const { token, claims } = tokens.issue(key);
    expect(claims.expiresAt).toBe(start + 3600_000);
    expect(tokens.issue(someKey({ expiresAt: new Date(start + 1000) })).claims.expiresAt).toBe(start + 1000);
    expect(tokens.issue(key, start + 5).claims.expiresAt).toBe(start + 5);
    vi.setSystemTime(start + 3600_000 - 1);
    expect(await tokens.read(token)).toBeDefined();
    vi.setSystemTime(start + 3600_000);
    expect(await tokens.read(token)).toBeUndefined();
    vi.setSystemTime(start);
    known = undefined;
    expect(await tokens.read(token)).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test('nobody makes one without the hash of the key and the secret, and none can be changed', async () => {
  const key = someKey();
  const tokens = makeTokens(() => key);
  const { token } = tokens.issue(key);
  const [, body = '', signature] = /^brt_(.+)\.(.+)$/.exec(token) ?? [];
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const longer = Buffer.from(JSON.stringify({ ...claims, expiresAt: claims.expiresAt + 1 })).toString('base64url');
  expect(await tokens.read(`brt_${longer}.${signature}`)).toBeUndefined();
  expect(await tokens.read(makeTokens(() => key, newSecretsKey()).issue(key).token)).toBeUndefined();
  expect(await tokens.read(tokens.issue({ ...key, hash: newApiKey().hash }).token)).toBeUndefined();
  for (const nonsense of ['', 'brt_', 'brt_.', `brt_${body}`, `${token}x`, `brt_x.${signature}`]) {
    expect(await tokens.read(nonsense)).toBeUndefined();
  }
});

test('it holds when a newer key of the configuration has come, and ends when its own is taken away', async () => {
  const key = someKey();
  const newer = newSecretsKey();
  const { token, claims } = makeTokens(() => key, ours).issue(key);
  expect(await makeTokens(() => key, newer, ours).read(token)).toEqual({ key, claims });
  expect(await makeTokens(() => key, newer).read(token)).toBeUndefined();
  // The newest signs.
  const next = makeTokens(() => key, newer, ours).issue(key).token;
  expect(await makeTokens(() => key, newer).read(next)).toBeDefined();
  expect(await makeTokens(() => key, ours).read(next)).toBeUndefined();
});
