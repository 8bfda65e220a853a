import type { FastifyRequest } from 'fastify';
import { hashOfKey } from '../shared/api-key.ts';
import { BootreadyError } from '../shared/errors.ts';
import type { Identity, SessionStore } from '../shared/ports/projects.ts';

/**
 * `__Host-`: set by this very host over https, for all of it and for nobody else (RFC 6265bis, 4.1.3.2). Browsers refuse that over plain
 * http, which is why a machine that talks to itself has a name of its own.
 */
const secureName = '__Host-bootready';
const loopbackName = 'bootready-on-this-machine';

const isLoopback = (host: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);

/** The session that a browser shows, if any. @throws `forbidden` when another site makes it change something */
export const identityOfSession = async (
  request: FastifyRequest,
  sessions: SessionStore,
): Promise<Identity | undefined> => {
  const token = tokenOf(request);
  const identity = token === undefined ? undefined : await sessions.find(hashOfKey(token));
  if (identity && !['GET', 'HEAD'].includes(request.method) && !isFromOurPages(request)) {
    throw new BootreadyError({
      code: 'forbidden',
      message: 'This came from another site.',
      remedy: 'Use the portal itself; programs send their API key instead of a cookie.',
    });
  }
  return identity;
};

export const tokenOf = (request: FastifyRequest): string | undefined => {
  const name = isLoopback(request.host) ? loopbackName : secureName;
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (value && (key === name || key === secureName)) return value;
  }
  return undefined;
};

/** SameSite=Strict holds back other sites; this holds back other ports and hosts of the same site. https://www.w3.org/TR/fetch-metadata/ */
const isFromOurPages = ({ headers, host }: FastifyRequest): boolean => {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return headers.origin !== undefined && URL.parse(headers.origin)?.host === host;
};

/** How the cookie has to be named and marked for where the browser is. @throws `invalid-input` over plain http from elsewhere */
export const cookieFor = (request: FastifyRequest): { name: string; marks: string } => {
  const marks = 'Path=/; HttpOnly; SameSite=Strict';
  const origin = URL.parse(request.headers.origin ?? '');
  if (origin?.protocol !== 'http:') return { name: secureName, marks: `${marks}; Secure` };
  if (isLoopback(origin.host)) return { name: loopbackName, marks };
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'The portal signs nobody in over plain http: the key could be read on the way.',
    remedy: 'Open it by https; the operator puts a proxy with a certificate in front of the API.',
  });
};
