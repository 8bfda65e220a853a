import type { FastifyRequest } from 'fastify';
import { BootreadyError } from '../shared/errors.ts';
import type { Identity } from '../shared/ports/projects.ts';
import { type Cookie, readCookie } from './cookies.ts';
import { type SessionDeps, sessionOf } from './user-session.ts';

/** Shown by pages of ours only, and never by a link from elsewhere. */
export const sessionCookie: Cookie = {
  secureName: '__Host-bootready',
  loopbackName: 'bootready-on-this-machine',
  sameSite: 'Strict',
};

export const tokenOf = (request: FastifyRequest): string | undefined => readCookie(request, sessionCookie);

/** The session that a browser shows, if any. @throws `forbidden` when another site makes it change something */
export const identityOfSession = async (request: FastifyRequest, deps: SessionDeps): Promise<Identity | undefined> => {
  const token = tokenOf(request);
  const identity = token === undefined ? undefined : await sessionOf(token, deps);
  if (identity && !['GET', 'HEAD'].includes(request.method) && !isFromOurPages(request)) {
    throw new BootreadyError({
      code: 'forbidden',
      message: 'This came from another site.',
      remedy: 'Use the portal itself; programs send their API key instead of a cookie.',
    });
  }
  return identity;
};

/** SameSite=Strict holds back other sites; this holds back other ports and hosts of the same site. https://www.w3.org/TR/fetch-metadata/ */
const isFromOurPages = ({ headers, host }: FastifyRequest): boolean => {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return headers.origin !== undefined && URL.parse(headers.origin)?.host === host;
};
