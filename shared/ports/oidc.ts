import type { CommandLineSignIn } from '../contracts/api.ts';
import type { Access } from '../oidc/access.ts';

/** Values that bind a sign-in to the browser that started it: OpenID Connect Core 3.1.2.1 (state, nonce) and RFC 7636 (PKCE). */
export type SignInChecks = { state: string; nonce: string; codeVerifier: string };

/** A user whom the issuer has just confirmed. */
export type SignedIn = {
  access: Access;
  /** Shown to the issuer when the user signs out. */
  idToken: string | undefined;
  /** Undefined where the issuer gives none: then nobody can ask it again. */
  refreshToken: string | undefined;
  /** For how long the issuer's word is good. */
  seconds: number | undefined;
};

/**
 * The installation's OpenID Connect issuer. All throw BootreadyError: `unauthenticated` when the issuer or its signature does not bear out what was
 * shown, `forbidden` when it does and that opens nothing here, `unavailable` when the issuer does not answer.
 */
export interface OidcIssuer {
  readonly name: string;
  /** The values that the command line needs to sign users in by itself; undefined if it may not. */
  readonly commandLine: CommandLineSignIn | undefined;
  /** @param token an access token (JWT) */
  toAccess(token: string): Promise<Access>;
  /** Where the browser is sent to sign in. */
  signInUrl(checks: SignInChecks): Promise<string>;
  /** @param query of the address to which the browser returned, e.g. `?code=...&state=...` */
  finishSignIn(query: string, checks: SignInChecks): Promise<SignedIn>;
  /** Asks whether `subject` still may, and what. */
  renew(subject: string, refreshToken: string): Promise<SignedIn>;
  /** Where the browser is sent to sign out there too; undefined where the issuer has no such page. */
  signOutUrl(idToken: string | undefined): Promise<string | undefined>;
}
