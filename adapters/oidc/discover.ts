import * as client from 'openid-client';
import { BootreadyError } from '../../shared/errors.ts';
import type { OidcSettings } from '../../shared/oidc/settings.ts';

const answerSeconds = 5;

/** Reads the issuer's own description (OpenID Connect Discovery 1.0), and sets how we connect to it. @throws the errors of openid-client */
export function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  return client.discovery(
    issuer,
    clientId,
    {},
    clientSecret === undefined ? client.None() : byServersChoice(clientSecret),
    {
      timeout: answerSeconds,
      // Checks ID tokens against the issuer's keys too. The TLS connection on which they arrived is not enough.
      execute: [
        client.enableNonRepudiationChecks,
        ...(issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    },
  );
}

/** `client_secret_basic` unless the issuer does without it: the default of Discovery 1.0, 3. */
function byServersChoice(secret: string): client.ClientAuth {
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const isPost = methods !== undefined && !methods.includes('client_secret_basic');
    return (isPost ? client.ClientSecretPost : client.ClientSecretBasic)(secret)(server, ...rest);
  };
}

/** Asked once it is needed, and again until it has answered. */
export function discoverOnce(settings: OidcSettings): () => Promise<client.Configuration> {
  let asked: Promise<client.Configuration> | undefined;
  return () => {
    asked ??= discover(settings).catch((cause: unknown) => {
      asked = undefined;
      throw unreachable(cause);
    });
    return asked;
  };
}

export function unreachable(cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: 'The identity provider does not answer, so users cannot be identified.',
    remedy: 'Try again later. API keys work without it.',
    retryable: true,
    cause,
  });
}
