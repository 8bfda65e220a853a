import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Events that help an operator to find misuse, in addition to the changes in the audit log. */
export type SecurityEvent = 'sign-in' | 'sign-in-refused' | 'sign-out' | 'refused' | 'download' | 'link-given';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name of this route in the security log, which records each successful call. */
    security?: Exclude<SecurityEvent, 'refused' | 'sign-in-refused'>;
  }
}

/** 401, 403 and 429 are refusals. A 404 is not: the answer is the same whether the resource exists or not. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 429;
}

/**
 * One line of the log, with `log: "security"`: who, from where, what. No key, token or query, which may hold one. ASVS 5.0, 16.2 to 16.4; OWASP Logging
 * Cheat Sheet.
 */
export function logSecurity(request: FastifyRequest, event: SecurityEvent, more: object = {}): void {
  const { identity, ip, method, routeOptions, log } = request;
  const { id } = (request.params ?? {}) as { id?: string };
  log.info(
    {
      log: 'security',
      event,
      address: ip,
      method,
      route: routeOptions.url,
      ...(id === undefined ? {} : { subject: id.slice(0, 100) }),
      ...(identity
        ? { projectId: identity.projectId, role: identity.role, keyId: identity.keyId, user: identity.user?.subject }
        : {}),
      ...more,
    },
    sentences[event],
  );
}

const sentences: Record<SecurityEvent, string> = {
  'sign-in': 'somebody signed in',
  'sign-in-refused': 'somebody could not sign in',
  'sign-out': 'somebody signed out',
  refused: 'a request was refused',
  download: 'image data or evidence was read',
  'link-given': 'a link to the object store was given',
};

/** For every route: refusals, and what a route calls its success. */
export function keepSecurityLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status } = reply;
    const { security } = request.routeOptions.config;
    if (isRefusal(status)) logSecurity(request, security === 'sign-in' ? 'sign-in-refused' : 'refused', { status });
    else if (security && status < 300) logSecurity(request, security);
    done();
  });
}
