import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ApiKeyStore, Identity, KnownKey } from '../../../shared/ports/projects.ts';
import type { SecretKeys } from '../../../shared/secrets/secret-keys.ts';
import { type BearerDeps, identityOfSecret } from '../../identity/bearer.ts';

const prefix = 'brt_';
const lifetimeMs = 3600_000;
const purpose = 'token';

const Claims = z.object({
  /** The key that it was made of. */
  key: z.uuid(),
  issuedAt: z.number().int(),
  expiresAt: z.number().int(),
  /** Told in audits instead of the token. */
  audit: z.string(),
});
export type Claims = z.infer<typeof Claims>;

export type Tokens = {
  /** @param atMost the token ends no later than that, in ms since 1970 */
  issue(key: KnownKey, atMost?: number): { token: string; claims: Claims };
  /** Undefined if the token is not ours, has expired, or its key is not valid any more. */
  read(token: string): Promise<{ key: KnownKey; claims: Claims } | undefined>;
};

/**
 * Tokens that replace an API key for an hour, so the key itself travels only once. Nothing is stored. A token is signed with two values: the key's hash, which
 * only the database has, and `secrets`, which only the configuration has. Neither alone can make a token. It ends with its key, or when the configuration's key
 * that signed it is removed.
 */
export function createTokens(keys: Pick<ApiKeyStore, 'get'>, secrets: Pick<SecretKeys, 'derive'>): Tokens {
  const signature = (secret: Uint8Array, body: string, { hash }: KnownKey): Buffer => {
    const signingKey = createHmac('sha256', secret).update(hash).digest();
    return createHmac('sha256', signingKey).update(body).digest();
  };
  return {
    issue: (key, atMost = Number.POSITIVE_INFINITY) => {
      const issuedAt = Date.now();
      const claims = {
        key: key.keyId,
        issuedAt,
        expiresAt: Math.min(issuedAt + lifetimeMs, key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY, atMost),
        audit: randomBytes(16).toString('base64url'),
      };
      const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return {
        token: `${prefix}${body}.${signature(secrets.derive(purpose)[0], body, key).toString('base64url')}`,
        claims,
      };
    },
    read: async (token) => {
      const [, body = '', shown = ''] = /^brt_([\w-]{1,1000})\.([\w-]{43})$/.exec(token) ?? [];
      const claims = readClaims(body);
      if (!claims || claims.expiresAt <= Date.now()) return undefined;
      const key = await keys.get(claims.key);
      if (!key) return undefined;
      const isOurs = secrets
        .derive(purpose)
        .some((secret) => timingSafeEqual(signature(secret, body, key), Buffer.from(shown, 'base64url')));
      return isOurs ? { key, claims } : undefined;
    },
  };
}

function readClaims(body: string): Claims | undefined {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}

/**
 * Finds the owner of an `X-Auth-Token` (or Bearer): a token. Some clients can only send a token; they send an API key or an access token of the issuer instead.
 * @throws `unauthenticated`, and the issuer's errors for its token
 */
export async function identityOfToken(
  headers: IncomingHttpHeaders,
  { tokens, ...deps }: BearerDeps & { tokens: Tokens },
): Promise<Identity> {
  const shown = headers['x-auth-token'] ?? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (typeof shown === 'string') {
    const identity = shown.startsWith(prefix)
      ? (await tokens.read(shown))?.key
      : await identityOfSecret(shown, headers, deps);
    if (identity) return identity;
  }
  throw new BootreadyError({
    code: 'unauthenticated',
    message: shown === undefined ? 'The request has no token.' : 'The token is invalid or has expired.',
    remedy: 'Send X-Auth-Token: a token of POST /identity/v3/auth/tokens, or an API key.',
  });
}
