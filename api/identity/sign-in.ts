import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SignInProblem, SignInWays } from '../../shared/contracts/api.ts';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { BootreadyError, explain, isBootreadyError } from '../../shared/errors.ts';
import type { OidcIssuer, SignInChecks } from '../../shared/ports/oidc.ts';
import { hashOfKey } from '../../shared/secrets/api-key.ts';
import type { ApiDeps } from '../deps.ts';
import { type Cookie, readCookie, writeCookie } from './cookies.ts';
import { logSecurity } from './security-log.ts';
import { readPlace, readToken, sessionCookie } from './session-cookie.ts';
import { beginSession } from './user-session.ts';

/** Lax, because the browser comes back through a link of the issuer. */
const pendingCookie: Cookie = {
  secureName: '__Host-bootready-sign-in',
  loopbackName: 'bootready-sign-in-on-this-machine',
  sameSite: 'Lax',
};
const pendingSeconds = 600;

/**
 * Derives all checks from one secret that only the browser keeps. So nobody can finish a sign-in that they did not start, and the server stores nothing for it.
 */
function deriveChecks(secret: string): SignInChecks {
  const derive = (what: string): string => createHmac('sha256', secret).update(what).digest('base64url');
  return { state: derive('state'), nonce: derive('nonce'), codeVerifier: derive('code verifier') };
}

/** Always a page of ours, whatever the request names. */
function choosePage(to: string, base: string): URL {
  const page = URL.parse(to, base);
  return page && to.startsWith('/') && page.origin === new URL(base).origin ? page : new URL('/', base);
}

function toProblem(error: unknown): SignInProblem {
  const code: ErrorCode = isBootreadyError(error) ? error.code : 'internal';
  return SignInProblem.safeParse(code).data ?? 'internal';
}

/** Signing in at the issuer, for browsers: pages that lead on, no answers to programs. */
export function signInRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { oidc, config, sessions } = deps;
    app.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });

    app.get('/sign-in', { schema: { response: { 200: SignInWays } } }, () => ({
      ...(oidc ? { issuer: { name: oidc.name, ...(oidc.commandLine ? { commandLine: oidc.commandLine } : {}) } } : {}),
    }));

    const base = config.API_PUBLIC_URL ?? '';
    const issuer = (): OidcIssuer => {
      if (oidc) return oidc;
      throw new BootreadyError({
        code: 'not-found',
        message: 'Sign-in with OpenID Connect is not enabled here.',
        remedy: 'Sign in with an API key.',
      });
    };
    const withProblem = (to: string, problem: SignInProblem): string => {
      const page = choosePage(to, base);
      page.searchParams.set('sign-in', problem);
      return page.href;
    };

    app.get(
      '/sign-in/begin',
      { exposeHeadRoute: false, schema: { querystring: z.object({ to: z.string().max(1000).default('/') }) } },
      async ({ query: { to }, log }, reply) => {
        const { signInUrl } = issuer();
        const secret = randomBytes(32).toString('base64url');
        const value = `${secret}.${Buffer.from(to).toString('base64url')}`;
        try {
          const url = await signInUrl(deriveChecks(secret));
          reply.header('set-cookie', writeCookie(pendingCookie, { value, seconds: pendingSeconds, origin: base }));
          return reply.redirect(url, 303);
        } catch (error) {
          log.warn({ error: explain(error) }, 'nobody can sign in');
          return reply.redirect(withProblem(to, toProblem(error)), 303);
        }
      },
    );

    app.get('/sign-in/callback', { exposeHeadRoute: false }, async (request, reply) => {
      const { finishSignIn } = issuer();
      const [secret, encoded = ''] = readCookie(request, pendingCookie)?.split('.', 2) ?? [];
      const to = Buffer.from(encoded, 'base64url').toString();
      reply.header('set-cookie', writeCookie(pendingCookie, { value: '', seconds: 0, origin: base }));
      if (!secret) return reply.redirect(withProblem(to, 'unauthenticated'), 303);
      try {
        const query = new URL(request.url, base).search;
        const signedIn = await finishSignIn(query, deriveChecks(secret));
        const { token, seconds } = await beginSession(signedIn, readPlace(request), deps);
        // Any earlier session of the browser ends here, so the new session cannot be one that somebody knew before.
        const former = readToken(request);
        if (former !== undefined) await sessions.remove(hashOfKey(former));
        logSecurity(request, 'sign-in', { user: signedIn.access.subject });
        reply.header('set-cookie', writeCookie(sessionCookie, { value: token, seconds, origin: base }));
        return reply.redirect(choosePage(to, base).href, 303);
      } catch (error) {
        logSecurity(request, 'sign-in-refused', { error: explain(error) });
        return reply.redirect(withProblem(to, toProblem(error)), 303);
      }
    });
  };
}
