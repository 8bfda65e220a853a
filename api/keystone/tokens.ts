import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import type { ApiKeyStore, Identity, KnownKey } from '../../shared/ports/projects.ts';
import { type BearerDeps, identityOfSecret } from '../bearer.ts';

const prefix = 'brt_';
const lifetimeMs = 3600_000;

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
  /** Undefined when it is none of ours, has expired, or its key is not valid any more. */
  read(token: string): Promise<{ key: KnownKey; claims: Claims } | undefined>;
};

/**
 * Tokens that stand for an API key for an hour, so that the key itself travels once. Nothing is stored: a token is signed with what only the
 * database knows (the key's hash) and what only the configuration knows (`secret`); neither alone makes a token. It ends with its key.
 */
export const createTokens = (keys: Pick<ApiKeyStore, 'get'>, secret: string): Tokens => {
  const signatureOf = (body: string, { hash }: KnownKey): Buffer => {
    const signingKey = createHmac('sha256', secret).update('bootready token').update(hash).digest();
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
      return { token: `${prefix}${body}.${signatureOf(body, key).toString('base64url')}`, claims };
    },
    read: async (token) => {
      const [, body = '', signature = ''] = /^brt_([\w-]{1,1000})\.([\w-]{43})$/.exec(token) ?? [];
      const claims = claimsOf(body);
      if (!claims || claims.expiresAt <= Date.now()) return undefined;
      const key = await keys.get(claims.key);
      if (!key || !timingSafeEqual(signatureOf(body, key), Buffer.from(signature, 'base64url'))) return undefined;
      return { key, claims };
    },
  };
};

const claimsOf = (body: string): Claims | undefined => {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
};

/**
 * Whose `X-Auth-Token` (or Bearer) it is: a token, or what clients show that are given a token only, an API key or an access token of the issuer.
 * @throws `unauthenticated`, and what the issuer has against its token
 */
export const identityOfToken = async (
  headers: IncomingHttpHeaders,
  { tokens, ...deps }: BearerDeps & { tokens: Tokens },
): Promise<Identity> => {
  const shown = headers['x-auth-token'] ?? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (typeof shown === 'string') {
    const identity = shown.startsWith(prefix)
      ? (await tokens.read(shown))?.key
      : await identityOfSecret(shown, headers, deps);
    if (identity) return identity;
  }
  throw new BootreadyError({
    code: 'unauthenticated',
    message: shown === undefined ? 'The request shows no token.' : 'The token is not valid, or no longer.',
    remedy: 'Send X-Auth-Token: a token of POST /identity/v3/auth/tokens, or an API key.',
  });
};
