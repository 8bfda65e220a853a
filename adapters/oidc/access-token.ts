import { createRemoteJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { Claims } from '../../shared/oidc/access.ts';
import { unreachable } from './discover.ts';

/** Signatures that only the issuer can make: no signature with a shared secret, and never `none`. RFC 8725, 3.1. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const leewaySeconds = 30;
/** How often tokens that name an unknown key may make us ask for the keys again. */
const rotationMs = 5000;
const answerMs = 5000;

/** Keys of the issuer, kept for ten minutes; a token that names a new one fetches them. */
export function issuersKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, { cooldownDuration: rotationMs, timeoutDuration: answerMs });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw unreachable(error);
    }
  };
}

/** @throws BootreadyError `unauthenticated`, `unavailable` */
export async function verifyAccessToken(
  token: string,
  { keys, issuer, audience }: { keys: JWTVerifyGetKey; issuer: string; audience: string },
): Promise<Claims> {
  const expected: JWTVerifyOptions = {
    issuer,
    audience,
    algorithms,
    clockTolerance: leewaySeconds,
    requiredClaims: ['sub', 'exp'],
  };
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, expected);
    if (isAccessToken(protectedHeader.typ, payload.typ)) return payload;
    throw new errors.JWTClaimValidationFailed('another kind of token', payload, 'typ');
  } catch (cause) {
    if (isBootreadyError(cause)) throw cause;
    throw new BootreadyError({
      code: 'unauthenticated',
      message: `The token is not valid: ${explainReason(cause)}.`,
      remedy: 'Get a new access token for this API from the issuer.',
      cause,
    });
  }
}

/**
 * Issuers that name the kind of a token do so in its header (RFC 9068: `at+jwt`), or in a claim (Keycloak: `Bearer`, where others are `ID`, `Refresh`,
 * `Logout`). Most name none: there the audience decides.
 */
function isAccessToken(header: string | undefined, claim: unknown): boolean {
  return (
    ['jwt', 'at+jwt'].includes((header ?? 'jwt').toLowerCase().replace('application/', '')) &&
    (claim === undefined || /^(?:bearer|dpop)$/i.test(String(claim)))
  );
}

/** Everybody may read it, so it contains nothing that the library quotes from the token. */
function explainReason(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its signature algorithm is not allowed here';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the issuer does not have that key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is invalid';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'it is not a signed token';
  if (error.claim === 'iss') return 'it is from another issuer';
  if (error.claim === 'typ') return 'it is not an access token';
  if (error.claim === 'aud') return 'it is not for this API';
  return error.claim === 'nbf' ? 'it is not valid yet' : `its claim "${error.claim}" is missing or wrong`;
}
