import * as client from 'openid-client';
import { BootreadyError } from '../../shared/errors.ts';
import { type AccessRules, type Claims, claimAt, rulesOfRenewal, toAccess } from '../../shared/oidc/access.ts';
import type { OidcSettings } from '../../shared/oidc/settings.ts';
import type { OidcIssuer, SignedIn } from '../../shared/ports/oidc.ts';
import { unreachable } from './discover.ts';

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;

/** Signing in and out in a browser: authorization code, PKCE, state, nonce. RFC 9700, 2.1.1. */
export function createSignIn(
  settings: OidcSettings,
  configuration: () => Promise<client.Configuration>,
): Pick<OidcIssuer, 'signInUrl' | 'finishSignIn' | 'renew' | 'signOutUrl'> {
  return {
    signInUrl: async ({ state, nonce, codeVerifier }) =>
      client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: settings.callbackUrl,
        scope: settings.scopes,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...(settings.rules.strengths.length > 0 ? { acr_values: settings.rules.strengths.join(' ') } : {}),
      }).href,

    finishSignIn: async (query, { state, nonce, codeVerifier }) => {
      const config = await configuration();
      const tokens = await askIssuer(() =>
        client.authorizationCodeGrant(config, new URL(settings.callbackUrl + query), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: codeVerifier,
          idTokenExpected: true,
        }),
      );
      return toSignedIn(config, settings.rules, tokens, tokens.claims()?.sub ?? '');
    },

    renew: async (subject, refreshToken) => {
      const config = await configuration();
      const tokens = await askIssuer(() => client.refreshTokenGrant(config, refreshToken));
      const rules = rulesOfRenewal(tokens.claims() ?? {}, settings.rules);
      const renewed = await toSignedIn(config, rules, tokens, subject);
      // Issuers that do not rotate refresh tokens give none back.
      return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
    },

    signOutUrl: async (idToken) => {
      const config = await configuration();
      if (!config.serverMetadata().end_session_endpoint) return undefined;
      return client.buildEndSessionUrl(config, {
        post_logout_redirect_uri: settings.homeUrl,
        ...(idToken ? { id_token_hint: idToken } : {}),
      }).href;
    },
  };
}

async function toSignedIn(
  config: client.Configuration,
  rules: AccessRules,
  tokens: Tokens,
  subject: string,
): Promise<SignedIn> {
  const told: Claims = tokens.claims() ?? {};
  // For a requested scope, issuers may return its claims only from the userinfo endpoint (OpenID Connect Core 5.4).
  const isWhole = [rules.projectClaim, rules.roleClaim].every((name) => claimAt(told, name) !== undefined);
  const more: Claims =
    isWhole || !config.serverMetadata().userinfo_endpoint
      ? {}
      : await askIssuer(() => client.fetchUserInfo(config, tokens.access_token, subject));
  // Only the ID token says how a user signed in.
  const claims: Claims = { ...more, acr: undefined, ...told };
  if (claims.sub !== subject) throw makeRefusedError(new Error('tokens of another user'));
  return {
    access: toAccess(claims, rules),
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
    seconds: tokens.expires_in,
  };
}

/** Whether the issuer said no, or nothing. */
async function askIssuer<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    const saysNo =
      error instanceof client.AuthorizationResponseError ||
      (error instanceof client.ResponseBodyError && error.status < 500) ||
      (error instanceof client.WWWAuthenticateChallengeError && error.status < 500) ||
      (error instanceof client.ClientError && !silences.includes(error.code ?? ''));
    throw saysNo ? makeRefusedError(error) : unreachable(error);
  }
}

/** No answer, or that of something in between. */
const silences = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

function makeRefusedError(cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unauthenticated',
    message: 'The identity provider did not sign you in.',
    remedy: 'Sign in again.',
    cause,
  });
}
