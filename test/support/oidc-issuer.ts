import { once } from 'node:events';
import type { Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from '../../dev/stack/service.ts';

/** A real OpenID Connect issuer on this machine. Its users sign in with their name and any password. */
export type OidcIssuer = {
  url: string;
  /** What the product is told. */
  env: Record<string, string>;
  /** An access token for the API, as the issuer gives it to the account's own client; by another resource, for another API. */
  accessToken(account: string, resource?: string): Promise<string>;
  /** One that the issuer would not give: signed with its own key all the same. */
  sign(claims: JWTPayload, options?: { issuer?: string; audience?: string; expires?: number }): Promise<string>;
  publicKey(): Promise<JWK>;
  accounts: Record<string, Account>;
  /** Of access tokens that are given to users from now on. */
  lifetime: { seconds: number };
  /** From now on it signs with a new key and knows the old one no more. */
  rotate(): Promise<void>;
  /** As in an outage; `start` ends it. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

export type Account = { projects: unknown; roles: unknown };

const audience = 'https://api.bootready.test';
const clientId = 'bootready';
const cliClientId = 'bootready-cli';
const clientSecret = 'a secret of the portal only';

export async function startOidcIssuer({
  publicUrl,
  accounts,
}: {
  publicUrl: string;
  accounts: Record<string, Account>;
}): Promise<OidcIssuer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let key = await newKey();
  const lifetime = { seconds: 3600 };
  const provider = () => makeProvider(url, { publicUrl, accounts, lifetime, key: key.privateJwk });
  // It keeps sessions and grants in memory: an outage shall not lose them.
  let running = provider();
  let server: Server | undefined;

  const start = async (): Promise<void> => {
    server = running.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  };
  await start();
  return {
    url,
    accounts,
    lifetime,
    start,
    stop,
    env: {
      API_PUBLIC_URL: publicUrl,
      OIDC_ISSUER: url,
      OIDC_AUDIENCE: audience,
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: clientSecret,
      OIDC_CLI_CLIENT_ID: cliClientId,
      OIDC_CLI_SCOPES: 'openid offline_access',
      OIDC_NAME: 'Beispiel-Konto',
      OIDC_SCOPES: 'openid profile images',
      OIDC_ROLE_CLAIM: 'access.roles',
      OIDC_ROLES: 'viewer=reader,editor=member,operator=admin',
    },
    accessToken: async (account, resource = audience) => {
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${encodeURIComponent(account)}:${clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
      });
      const { access_token: token } = (await answer.json()) as { access_token?: string };
      if (!token) throw new Error(`no token for ${account}`);
      return token;
    },
    sign: (claims, { issuer = url, audience: whom = audience, expires = Date.now() / 1000 + 600 } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(whom)
        .setIssuedAt()
        .setExpirationTime(Math.floor(expires))
        .sign(key.privateKey),
    publicKey: () => exportJWK(key.publicKey),
    rotate: async () => {
      await stop();
      key = await newKey();
      running = provider();
      await start();
    },
  };
}

async function newKey() {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const kid = crypto.randomUUID();
  return { ...pair, kid, privateJwk: { ...(await exportJWK(pair.privateKey)), kid, alg: 'RS256', use: 'sig' } };
}

function makeProvider(
  url: string,
  {
    publicUrl,
    accounts,
    lifetime,
    key,
  }: { publicUrl: string; accounts: Record<string, Account>; lifetime: { seconds: number }; key: JWK },
): Provider {
  const readClaims = (account: string) => {
    const { projects, roles } = accounts[account] ?? {};
    return { projects, access: { roles } };
  };
  const secondsNow = (): number => lifetime.seconds;
  return new Provider(url, {
    jwks: { keys: [key as never] },
    cookies: { keys: ['test'] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${publicUrl}/sign-in/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        client_id: cliClientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      },
      ...Object.keys(accounts).map((account) => ({
        client_id: account,
        client_secret: clientSecret,
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      })),
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', 'profile', 'images'],
    // Of an ID token only `sub`: the rest is for the userinfo endpoint, as the specification has it.
    claims: { openid: ['sub'], profile: ['name'], images: ['projects', 'access'] },
    findAccount: (_context, id) => {
      if (!Object.hasOwn(accounts, id)) return undefined;
      return { accountId: id, claims: () => ({ sub: id, name: `Name of ${id}`, ...readClaims(id) }) };
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    loadExistingGrant: async ({ oidc: { client, session, provider } }) => {
      const grant = new provider.Grant({
        ...(client ? { clientId: client.clientId } : {}),
        ...(session?.accountId ? { accountId: session.accountId } : {}),
      });
      grant.addOIDCScope('openid profile images offline_access');
      await grant.save();
      return grant;
    },
    extraTokenClaims: (_context, token) => {
      // Of whoever has signed in, or of the account whose own client it is.
      const account = 'accountId' in token ? token.accountId : token.clientId;
      return account ? readClaims(account) : undefined;
    },
    ttl: { AccessToken: secondsNow },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
}
