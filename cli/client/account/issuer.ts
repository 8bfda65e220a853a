import * as client from 'openid-client';
import type { CommandLineSignIn } from '../../../shared/contracts/api.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { SignIn } from '../api/client-file.ts';

/** The one place where the command line speaks to an issuer; loaded only when it does. */

const answerSeconds = 10;
/** For an issuer that does not say how long its tokens are valid. */
const unknownSeconds = 300;

type Registration = Pick<SignIn, 'issuer' | 'clientId' | 'resource'>;
type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;

/** The code that a user enters in a browser, on this machine or another one. RFC 8628, 3.3. */
export type DeviceCode = { url: string; completeUrl: string | undefined; code: string; minutes: number };

/** The device authorization grant (RFC 8628): `show` gives the user the address, then the command asks the issuer until the user has signed in. */
export async function signInByDevice(
  { issuer, clientId, scopes, resource }: CommandLineSignIn,
  show: (code: DeviceCode) => void,
  signal: AbortSignal,
): Promise<SignIn> {
  const registration: Registration = { issuer, clientId, ...(resource ? { resource } : {}) };
  return askIssuer(issuer, signal, async () => {
    const config = await makeConfiguration(registration);
    if (!config.serverMetadata().device_authorization_endpoint) throw cannot(issuer);
    const device = await client.initiateDeviceAuthorization(config, { scope: scopes, ...forResource(registration) });
    show({
      url: device.verification_uri,
      completeUrl: device.verification_uri_complete,
      code: device.user_code,
      minutes: Math.floor(device.expires_in / 60),
    });
    // Not every issuer says that it has expired.
    const expired = AbortSignal.timeout(device.expires_in * 1000);
    const until = { signal: AbortSignal.any([signal, expired]) };
    const tokens = await client
      .pollDeviceAuthorizationGrant(config, device, forResource(registration), until)
      .catch((error: unknown) => {
        throw expired.aborted ? tooLate(error) : error;
      });
    return toSignIn(registration, tokens);
  });
}

/** @throws `unauthenticated` when the issuer gives nothing more, `unavailable` when it does not answer */
export function renewSignIn(signIn: SignIn): Promise<SignIn> {
  return askIssuer(signIn.issuer, undefined, async () => {
    if (signIn.refreshToken === undefined) throw over(signIn.issuer);
    const tokens = await client.refreshTokenGrant(
      await makeConfiguration(signIn),
      signIn.refreshToken,
      forResource(signIn),
    );
    // Issuers that do not rotate refresh tokens give none back.
    return { ...signIn, ...toSignIn(signIn, tokens) };
  });
}

/** RFC 7009. False where the issuer cannot. */
export function revokeSignIn({ refreshToken, accessToken, ...registration }: SignIn): Promise<boolean> {
  return askIssuer(registration.issuer, undefined, async () => {
    const config = await makeConfiguration(registration);
    if (!config.serverMetadata().revocation_endpoint) return false;
    await client.tokenRevocation(config, refreshToken ?? accessToken);
    return true;
  });
}

function makeConfiguration({ issuer, clientId }: Registration): Promise<client.Configuration> {
  const url = new URL(issuer);
  const isLoopback = url.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return client.discovery(url, clientId, {}, client.None(), {
    timeout: answerSeconds,
    ...(isLoopback ? { execute: [client.allowInsecureRequests] } : {}),
  });
}

function forResource({ resource }: Registration): Record<string, string> {
  return resource ? { resource } : {};
}

function toSignIn({ issuer, clientId, resource }: Registration, tokens: Tokens): SignIn {
  return {
    issuer,
    clientId,
    accessToken: tokens.access_token,
    ...(resource ? { resource } : {}),
    ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
    expiresAt: Date.now() + (tokens.expires_in ?? unknownSeconds) * 1000,
  };
}

/** Turns the issuer's errors, or its silence, into our errors. */
async function askIssuer<T>(issuer: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof BootreadyError) throw error;
    if (!(error instanceof client.ResponseBodyError) || error.status >= 500) throw silent(issuer, error);
    if (error.error === 'access_denied') throw makeDeniedError(issuer, error);
    if (error.error === 'expired_token') throw tooLate(error);
    if (error.error === 'invalid_grant') throw over(issuer, error);
    throw makeRefusedError(issuer, error);
  }
}

function readHost(issuer: string): string {
  return new URL(issuer).host;
}

function silent(issuer: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The identity provider at ${readHost(issuer)} does not answer correctly.`,
    remedy: 'Try again later. An API key works without it ("bootready login URL --key").',
    cause,
  });
}
function cannot(issuer: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The identity provider at ${readHost(issuer)} does not allow sign-in for programs without a browser.`,
    remedy:
      'Ask the operator to enable the device authorization grant, or use an API key ("bootready login URL --key").',
  });
}
function makeDeniedError(issuer: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unauthenticated',
    message: `The sign-in was refused at ${readHost(issuer)}.`,
    remedy: 'If it was your sign-in, run the same command again.',
    cause,
  });
}
function tooLate(cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unauthenticated',
    message: 'The code expired before anyone signed in.',
    remedy: 'Run the same command again for a new code.',
    cause,
  });
}
function over(issuer: string, cause?: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unauthenticated',
    message: `The sign-in at ${readHost(issuer)} has ended.`,
    remedy: 'Sign in again: "bootready login URL".',
    cause,
  });
}
/** The issuer's words are text of a server; the terminal removes control characters. */
function makeRefusedError(issuer: string, cause: client.ResponseBodyError): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The identity provider at ${readHost(issuer)} refuses this command line client: ${(cause.error_description ?? cause.error).slice(0, 200)}.`,
    remedy: 'Contact the operator: OIDC_CLI_CLIENT_ID and OIDC_CLI_SCOPES must match the registration of that client.',
    cause,
  });
}
