import type { FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';

/**
 * `__Host-`: set by exactly this host over https, valid for all of it and for no other host (RFC 6265bis, 4.1.3.2). Browsers refuse such a name over plain
 * http, so connections on one machine use another name.
 */
export type Cookie = { secureName: `__Host-${string}`; loopbackName: string; sameSite: 'Strict' | 'Lax' };

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

export function readCookie(request: FastifyRequest, { secureName, loopbackName }: Cookie): string | undefined {
  const name = isLoopback(request.host) ? loopbackName : secureName;
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (value && (key === name || key === secureName)) return value;
  }
  return undefined;
}

/**
 * A `Set-Cookie` for where the browser is.
 * @param origin of the page; a program shows none
 * @throws `invalid-input` over plain http from elsewhere
 */
export function writeCookie(
  { secureName, loopbackName, sameSite }: Cookie,
  { value, seconds, origin }: { value: string; seconds: number; origin: string | undefined },
): string {
  const { protocol, host = '' } = URL.parse(origin ?? '') ?? {};
  const marks = `Max-Age=${seconds}; Path=/; HttpOnly; SameSite=${sameSite}`;
  if (protocol !== 'http:') return `${secureName}=${value}; ${marks}; Secure`;
  if (isLoopback(host)) return `${loopbackName}=${value}; ${marks}`;
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'The portal does not allow sign-in over plain http: the key could be read on the way.',
    remedy: 'Open it with https. The operator must put a proxy with a certificate in front of the API.',
  });
}
