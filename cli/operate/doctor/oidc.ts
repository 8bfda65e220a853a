import { z } from 'zod';
import { discover } from '../../../adapters/oidc/discover.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { oidcSettingsOf } from '../../../shared/oidc/settings.ts';
import type { Dependency } from './dependency.ts';
import { reasonOf } from './reason.ts';

const Keys = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) });
/** Those of a shared secret are none that we could check. RFC 7518, 3.1. */
const isSignature = (key: { kty: string; use?: string | undefined }): boolean => key.kty !== 'oct' && key.use !== 'enc';

/** The issuer whose users sign in, by its own discovery document: https://openid.net/specs/openid-connect-discovery-1_0.html */
export const oidc: Dependency = {
  name: 'oidc',
  seconds: 15,
  remedy: 'Check that the issuer is reached from here, and that OIDC_ISSUER names it as its own document does.',
  examine: async ({ config, say, signal }) => {
    const settings = oidcSettingsOf(config);
    if (!settings) return say.ok('Nobody signs in by OpenID Connect: OIDC_ISSUER is not set.');
    const { href } = settings.issuer;
    const refuse = (what: string, cause: unknown): BootreadyError =>
      new BootreadyError({ code: 'unavailable', message: `${what}: ${reasonOf(cause)}.`, remedy: oidc.remedy, cause });
    const metadata = (
      await discover(settings).catch((cause: unknown) => {
        throw refuse(`The issuer ${href} does not tell about itself`, cause);
      })
    ).serverMetadata();

    if (!metadata.authorization_endpoint || !metadata.token_endpoint) {
      say.failed(`The issuer ${href} has no page to sign in.`, 'Name an issuer with the authorization code flow.');
    }
    if (!metadata.jwks_uri) {
      say.failed(`The issuer ${href} does not say where its keys are.`, 'Name an issuer that publishes its keys.');
    } else {
      const answer = await fetch(metadata.jwks_uri, { signal })
        .then((response) => response.json())
        .catch((cause: unknown) => {
          throw refuse(`The keys of the issuer cannot be read at ${metadata.jwks_uri}`, cause);
        });
      if (!Keys.safeParse(answer).data?.keys.some(isSignature)) {
        say.failed(
          `The issuer has no key for signatures at ${metadata.jwks_uri}.`,
          'Give it a key (RSA, EC or Ed25519).',
        );
      }
    }
    if (!metadata.code_challenge_methods_supported?.includes('S256')) {
      say.warning(
        `The issuer ${href} does not say that it takes PKCE with S256.`,
        'Switch it on; some issuers take it and do not say so.',
      );
    }
    if (!metadata.end_session_endpoint) {
      say.warning(
        `The issuer ${href} has no page to sign out.`,
        'Tell users that they stay signed in there, or switch on RP-initiated logout.',
      );
    }
    if (settings.audience === undefined) {
      say.warning('Access tokens are accepted from nobody.', 'Set OIDC_AUDIENCE, unless people only use the portal.');
    }
    const { commandLine } = settings;
    if (commandLine && !metadata.device_authorization_endpoint) {
      say.failed(
        `The issuer ${href} has no device authorization grant, by which the command line signs in.`,
        'Switch it on there (RFC 8628), or leave out OIDC_CLI_CLIENT_ID.',
      );
    }
    say.ok(
      `The issuer ${href}; it must know the client "${settings.clientId}" with ${settings.callbackUrl}${
        commandLine ? `, and the public client "${commandLine.clientId}" with the device authorization grant` : ''
      }.`,
    );
  },
};
