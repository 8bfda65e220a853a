import type { IncomingHttpHeaders } from 'node:http';
import { BootreadyError } from '../../shared/errors.ts';
import type { Access } from '../../shared/oidc/access.ts';
import type { Identity } from '../../shared/ports/projects.ts';
import { hashOfKey } from '../../shared/secrets/api-key.ts';
import type { ApiDeps } from '../deps.ts';

export type BearerDeps = Pick<ApiDeps, 'keys' | 'projects' | 'oidc'>;

/** Three parts, as no key of ours has them: RFC 7515, 3.1. */
function isJwt(secret: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret);
}

/** Users of several projects send the project to act in with this header. It chooses among the projects of their token and gives no rights by itself. */
const projectHeader = 'bootready-project';

/** Finds the owner of a secret: an API key, or an access token of the issuer. Undefined if it belongs to nobody. @throws as OidcIssuer does */
export async function identityOfSecret(
  secret: string,
  headers: IncomingHttpHeaders,
  { keys, projects, oidc }: BearerDeps,
): Promise<Identity | undefined> {
  if (!oidc || !isJwt(secret)) return keys.find(hashOfKey(secret));
  const access = await oidc.toAccess(secret);
  const wanted = headers[projectHeader];
  return identityIn(access, await toProject(access, typeof wanted === 'string' ? wanted : undefined, projects));
}

function identityIn({ role, ...user }: Access, projectId: string): Identity {
  return { projectId, role, user };
}

async function toProject(access: Access, wanted: string | undefined, projects: ApiDeps['projects']): Promise<string> {
  if (wanted !== undefined && !access.projects.includes(wanted)) {
    throw new BootreadyError({
      code: 'forbidden',
      message: `Your token is not valid for the project in the header ${projectHeader}.`,
      remedy: `It is for: ${access.projects.join(', ')}.`,
    });
  }
  const [project, ...others] = await findExistingProjects(wanted === undefined ? access.projects : [wanted], projects);
  if (others.length === 0) return project;
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'Your token is valid for several projects.',
    remedy: `Choose one with the header ${projectHeader} (--project on the command line): ${[project, ...others].join(', ')}.`,
  });
}

/** The projects that the issuer names and that exist here. @throws `forbidden` when none exists */
export async function findExistingProjects(
  named: readonly string[],
  projects: ApiDeps['projects'],
): Promise<[string, ...string[]]> {
  const [project, ...others] = await projects.existing(named);
  if (project !== undefined) return [project, ...others];
  throw new BootreadyError({
    code: 'forbidden',
    message: `There is no project ${named.map((id) => `"${id}"`).join(', ')} here.`,
    remedy: `An operator can create it: bootready project create ${named[0]}`,
  });
}
