import type { JWTVerifyGetKey } from 'jose';
import { BootreadyError } from '../../shared/errors.ts';
import { toAccess } from '../../shared/oidc/access.ts';
import type { OidcSettings } from '../../shared/oidc/settings.ts';
import type { OidcIssuer } from '../../shared/ports/oidc.ts';
import { issuersKeys, verifyAccessToken } from './access-token.ts';
import { discoverOnce, unreachable } from './discover.ts';
import { createSignIn } from './sign-in.ts';

/** Asks the issuer nothing before the first user signs in. */
export function openOidcIssuer(settings: OidcSettings): OidcIssuer {
  const configuration = discoverOnce(settings);
  let keys: JWTVerifyGetKey | undefined;
  return {
    name: settings.name,
    commandLine: settings.commandLine,
    toAccess: async (token) => {
      const { audience, rules } = settings;
      if (audience === undefined) {
        throw new BootreadyError({
          code: 'unauthenticated',
          message: 'Access tokens of the identity provider are not accepted here.',
          remedy: 'Use an API key. An operator can allow tokens with OIDC_AUDIENCE.',
        });
      }
      const { issuer, jwks_uri } = (await configuration()).serverMetadata();
      if (!jwks_uri) throw unreachable(new Error('the discovery document has no jwks_uri'));
      keys ??= issuersKeys(new URL(jwks_uri));
      return toAccess(await verifyAccessToken(token, { keys, issuer, audience }), rules);
    },
    ...createSignIn(settings, configuration),
  };
}
