import type { FastifyRequest } from 'fastify';
import { BootreadyError, explain } from '../../shared/errors.ts';
import type { Identity, SessionPlace } from '../../shared/ports/projects.ts';
import { hashOfKey } from '../../shared/secrets/api-key.ts';
import { browserName } from './browser-name.ts';
import { type Cookie, readCookie } from './cookies.ts';
import { readSession, type SessionDeps } from './user-session.ts';

/** Shown by pages of ours only, and never by a link from elsewhere. */
export const sessionCookie: Cookie = {
  secureName: '__Host-bootready',
  loopbackName: 'bootready-on-this-machine',
  sameSite: 'Strict',
};

export function readToken(request: FastifyRequest): string | undefined {
  return readCookie(request, sessionCookie);
}

export function readPlace({ ip, headers }: FastifyRequest): SessionPlace {
  return {
    address: ip,
    browser: browserName(headers['user-agent']),
  };
}

/** The session that a browser shows, if any. @throws `forbidden` when another site makes it change something */
export async function identityOfSession(request: FastifyRequest, deps: SessionDeps): Promise<Identity | undefined> {
  const token = readToken(request);
  const session = token === undefined ? undefined : await readSession(token, deps);
  const identity = session?.identity;
  if (identity && !['GET', 'HEAD'].includes(request.method) && !isFromOurPages(request)) {
    throw new BootreadyError({
      code: 'forbidden',
      message: 'This came from another site.',
      remedy: 'Use the portal itself; programs send their API key instead of a cookie.',
    });
  }
  // The repeated checks during a long answer do not count as use. Otherwise a page that is only open would never be signed out.
  if (token !== undefined && session?.useDue && !request.identity) {
    void deps.sessions.noteUse(hashOfKey(token), request.ip).catch((error: unknown) => {
      request.log.warn({ error: explain(error) }, 'the use of a session could not be noted');
    });
  }
  return identity;
}

/** SameSite=Strict blocks other sites; this blocks other ports and hosts of the same site. https://www.w3.org/TR/fetch-metadata */
function isFromOurPages({ headers, host }: FastifyRequest): boolean {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return headers.origin !== undefined && URL.parse(headers.origin)?.host === host;
}
