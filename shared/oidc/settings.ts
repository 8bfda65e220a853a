import type { Config } from '../config.ts';
import type { CommandLineSignIn } from '../contracts/api.ts';
import { BootreadyError } from '../errors.ts';
import type { Role } from '../ports/projects.ts';
import { trimSlashes } from '../text/trim-slashes.ts';
import type { AccessRules } from './access.ts';

export type OidcSettings = {
  issuer: URL;
  /** The audience that access tokens must have; without it none is accepted. */
  audience: string | undefined;
  clientId: string;
  clientSecret: string | undefined;
  scopes: string;
  /** How the sign-in page calls the issuer. */
  name: string;
  /** Where browsers come back to. */
  callbackUrl: string;
  /** Where they are after signing out. */
  homeUrl: string;
  rules: AccessRules;
  /** The values for the command line; undefined if its users have only keys. */
  commandLine: CommandLineSignIn | undefined;
};

/** Undefined where nobody signs in by OpenID Connect. @throws BootreadyError `invalid-input` */
export function toOidcSettings(config: Config): OidcSettings | undefined {
  const { OIDC_ISSUER, OIDC_CLIENT_ID: clientId, OIDC_AUDIENCE: audience, API_PUBLIC_URL } = config;
  if (!OIDC_ISSUER) return undefined;
  const issuer = new URL(OIDC_ISSUER);
  if (!isSafe(issuer)) throw wrong('OIDC_ISSUER must be an https URL', 'Use the issuer exactly as in its own tokens.');
  if (!clientId) throw wrong('OIDC_CLIENT_ID is missing', 'Register bootready with the issuer as a web application.');
  if (!API_PUBLIC_URL || !isSafe(new URL(API_PUBLIC_URL))) {
    throw wrong('API_PUBLIC_URL must be an https URL', 'Set it to the address of the portal for browsers.');
  }
  // An ID token is for the client and says who signed in. If the API accepted it as an access token, everyone who gets one could act as the user (RFC 9068, 5).
  if (audience === clientId) {
    throw wrong(
      'OIDC_AUDIENCE is the OIDC_CLIENT_ID',
      'Register the API as a separate audience (resource), or remove OIDC_AUDIENCE.',
    );
  }
  const cliClientId = config.OIDC_CLI_CLIENT_ID;
  if (cliClientId !== undefined && (audience === undefined || audience === cliClientId)) {
    throw wrong(
      'OIDC_CLI_CLIENT_ID needs a separate OIDC_AUDIENCE',
      'The command line sends access tokens to the API. Set the API as their audience, not the client.',
    );
  }
  const base = trimSlashes(API_PUBLIC_URL);
  return {
    issuer,
    audience,
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET,
    scopes: config.OIDC_SCOPES,
    name: config.OIDC_NAME ?? issuer.host,
    callbackUrl: `${base}/sign-in/callback`,
    homeUrl: `${base}/`,
    commandLine:
      cliClientId === undefined
        ? undefined
        : {
            issuer: OIDC_ISSUER,
            clientId: cliClientId,
            scopes: config.OIDC_CLI_SCOPES ?? config.OIDC_SCOPES,
            ...(audience !== undefined && URL.canParse(audience) ? { resource: audience } : {}),
          },
    rules: {
      projectClaim: config.OIDC_PROJECT_CLAIM,
      roleClaim: config.OIDC_ROLE_CLAIM,
      roles: toRoles(config),
      strengths: config.OIDC_ACR,
    },
  };
}

const known: readonly string[] = ['reader', 'member', 'admin'] satisfies Role[];

function toRoles({ OIDC_ROLES }: Config): ReadonlyMap<string, Role> {
  const pairs = OIDC_ROLES.map((pair) => pair.split('=', 2) as [string, Role]);
  const bad = pairs.find(([theirs, ours]) => !theirs || !known.includes(ours));
  if (pairs.length > 0 && !bad) return new Map(pairs);
  throw wrong(
    bad ? `OIDC_ROLES has "${bad.join('=')}"` : 'OIDC_ROLES is missing, so no user would have any rights',
    'Map the roles of the issuer to ours, e.g. OIDC_ROLES=image-viewer=reader,image-editor=member,image-operator=admin.',
  );
}

/** Plain http is safe only on the machine itself, because nobody else can read it. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}

function wrong(what: string, remedy: string): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `The sign-in is not configured correctly: ${what}.`,
    remedy,
  });
}
