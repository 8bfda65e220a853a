import { ProjectId } from '../contracts/image.ts';
import { BootreadyError } from '../errors.ts';
import type { Role } from '../ports/projects.ts';

/** The claims of a token about its user, after its signature has been checked. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The claims that contain projects and roles, and the meaning of the issuer's roles here. `strengths`: the values of `acr` that are strong enough; empty: every
 * value is.
 */
export type AccessRules = {
  projectClaim: string;
  roleClaim: string;
  roles: ReadonlyMap<string, Role>;
  strengths: readonly string[];
};

/** The rights of an issuer's user here. The issuer names the projects; they may not exist here. */
export type Access = { subject: string; name: string; projects: readonly string[]; role: Role };

const ranked: readonly Role[] = ['admin', 'member', 'reader'];

/**
 * The rules for a renewed token. The token of a sign-in says how the user signed in. A renewed token may leave that out (OpenID Connect Core 12.2), and then
 * the value of the sign-in stays valid.
 */
export function rulesOfRenewal(told: Claims, rules: AccessRules): AccessRules {
  return told.acr === undefined ? { ...rules, strengths: [] } : rules;
}

/** Only what the issuer says, and what the rules have a meaning for, opens anything. @throws BootreadyError `forbidden` */
export function toAccess(claims: Claims, { projectClaim, roleClaim, roles, strengths }: AccessRules): Access {
  if (strengths.length > 0 && !(typeof claims.acr === 'string' && strengths.includes(claims.acr))) {
    throw new BootreadyError({
      code: 'forbidden',
      message: 'Your sign-in at the identity provider is not strong enough for this service.',
      remedy: `Sign in again, with a second factor if the identity provider has one. Its claim "acr" must be ${strengths.join(' or ')}.`,
    });
  }
  const subject = typeof claims.sub === 'string' ? claims.sub : '';
  const granted = new Set(splitWords(claimAt(claims, roleClaim)).map((word) => roles.get(word)));
  const role = ranked.find((each) => granted.has(each));
  if (subject === '' || role === undefined) {
    throw new BootreadyError({
      code: 'forbidden',
      message: `The claim "${roleClaim}" of your sign-in contains no known role.`,
      remedy:
        'Ask the administrator of the identity provider for a role of this service. OIDC_ROLES lists the accepted roles.',
    });
  }
  const projects = splitWords(claimAt(claims, projectClaim)).filter((id) => ProjectId.safeParse(id).success);
  if (projects.length === 0) {
    throw new BootreadyError({
      code: 'forbidden',
      message: `The claim "${projectClaim}" of your sign-in names no project.`,
      remedy: 'Ask the administrator of the identity provider for a project. OIDC_PROJECT_CLAIM names the claim.',
    });
  }
  return { subject, name: chooseName(claims) ?? subject, projects: [...new Set(projects)], role };
}

/** Searches by the full name first (`https://example.org/roles`), then by a path (`realm_access.roles`). */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((inside, part) => {
    const isObject = typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part);
    return isObject ? (inside as Claims)[part] : undefined;
  }, claims);
}

/** A list, or words with spaces between them as in `scope` (RFC 6749, 3.3). */
function splitWords(claim: unknown): string[] {
  return [claim]
    .flat()
    .filter((each) => typeof each === 'string')
    .flatMap((text) => text.split(/\s+/))
    .filter((word) => word !== '');
}

function chooseName({ name, preferred_username, email }: Claims): string | undefined {
  return [name, preferred_username, email]
    .filter((each) => typeof each === 'string')
    .map((text) =>
      text
        .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
        .trim()
        .slice(0, 100),
    )
    .find((text) => text !== '');
}
