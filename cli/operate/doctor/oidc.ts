import { z } from 'zod';
import { discover } from '../../../adapters/oidc/discover.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { toOidcSettings } from '../../../shared/oidc/settings.ts';
import type { Dependency } from './dependency.ts';
import { explainReason } from './reason.ts';

const Keys = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) });
/** Signatures with a shared secret do not count, because we could not check them. RFC 7518, 3.1. */
function isSignature(key: { kty: string; use?: string | undefined }): boolean {
  return key.kty !== 'oct' && key.use !== 'enc';
}

/** The issuer whose users sign in, by its own discovery document: https://openid.net/specs/openid-connect-discovery-1_0.html */
export const oidc: Dependency = {
  name: 'oidc',
  seconds: 15,
  remedy: 'Check that this host can reach the issuer, and that OIDC_ISSUER equals the issuer in its own document.',
  examine: async ({ config, say, signal }) => {
    const settings = toOidcSettings(config);
    if (!settings) return say.ok('Sign-in with OpenID Connect is off: OIDC_ISSUER is not set.');
    const { href } = settings.issuer;
    const refuse = (what: string, cause: unknown): BootreadyError =>
      new BootreadyError({
        code: 'unavailable',
        message: `${what}: ${explainReason(cause)}.`,
        remedy: oidc.remedy,
        cause,
      });
    const metadata = (
      await discover(settings).catch((cause: unknown) => {
        throw refuse(`The issuer ${href} does not publish its metadata`, cause);
      })
    ).serverMetadata();

    if (!metadata.authorization_endpoint || !metadata.token_endpoint) {
      say.failed(`The issuer ${href} has no sign-in page.`, 'Use an issuer with the authorization code flow.');
    }
    if (!metadata.jwks_uri) {
      say.failed(
        `The issuer ${href} does not publish the address of its keys.`,
        'Use an issuer that publishes its keys.',
      );
    } else {
      const answer = await fetch(metadata.jwks_uri, { signal })
        .then((response) => response.json())
        .catch((cause: unknown) => {
          throw refuse(`The keys of the issuer cannot be read at ${metadata.jwks_uri}`, cause);
        });
      if (!Keys.safeParse(answer).data?.keys.some(isSignature)) {
        say.failed(`The issuer has no signing key at ${metadata.jwks_uri}.`, 'Give it a key (RSA, EC or Ed25519).');
      }
    }
    if (!metadata.code_challenge_methods_supported?.includes('S256')) {
      say.warning(
        `The issuer ${href} does not announce support for PKCE with S256.`,
        'Enable it. Some issuers support it without announcing it.',
      );
    }
    if (!metadata.end_session_endpoint) {
      say.warning(
        `The issuer ${href} has no sign-out page.`,
        'Tell users that they stay signed in there, or enable RP-initiated logout.',
      );
    }
    if (settings.audience === undefined) {
      say.warning('No access tokens are accepted.', 'Set OIDC_AUDIENCE, unless users only use the portal.');
    }
    const { commandLine } = settings;
    if (commandLine && !metadata.device_authorization_endpoint) {
      say.failed(
        `The issuer ${href} has no device authorization grant, which the command line needs for sign-in.`,
        'Enable it there (RFC 8628), or remove OIDC_CLI_CLIENT_ID.',
      );
    }
    say.ok(
      `The issuer ${href}; it must know the client "${settings.clientId}" with ${settings.callbackUrl}${
        commandLine ? `, and the public client "${commandLine.clientId}" with the device authorization grant` : ''
      }.`,
    );
  },
};
