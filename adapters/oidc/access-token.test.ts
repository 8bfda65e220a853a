import { generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyAccessToken } from './access-token.ts';

const issuer = 'https://issuer.example';
const audience = 'images';
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  keys = await generateKeyPair('ES256');
});

async function verified(typ: string | undefined, claims: Record<string, string> = {}) {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', ...(typ === undefined ? {} : { typ }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('somebody')
    .setExpirationTime('5m')
    .sign(keys.privateKey);
  return verifyAccessToken(token, { keys: async () => keys.publicKey, issuer, audience });
}

describe('the kind of a token', () => {
  test.each([
    [undefined, {}],
    ['JWT', {}],
    ['at+jwt', {}],
    ['application/at+jwt', {}],
    ['JWT', { typ: 'Bearer' }],
    ['JWT', { typ: 'DPoP' }],
  ])('%s %j is taken', async (typ, claims) => {
    expect(await verified(typ, claims as Record<string, string>)).toMatchObject({ sub: 'somebody' });
  });

  test.each([
    ['logout+jwt', {}],
    ['secevent+jwt', {}],
    ['dpop+jwt', {}],
    ['JWT', { typ: 'ID' }],
    ['JWT', { typ: 'Refresh' }],
  ])('%s %j is refused', async (typ, claims) => {
    await expect(verified(typ, claims as Record<string, string>)).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('not an access token'),
    });
  });
});
