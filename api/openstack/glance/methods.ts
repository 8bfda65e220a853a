import type { FastifyInstance, HTTPMethods } from 'fastify';
import { openStackError } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It only says which methods there are. */
    isRefusal?: true;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies HTTPMethods[];

/**
 * Notes the routes that are made below; what it gives, called when all are there, answers their other methods with 405 and what is allowed (RFC
 * 9110, 15.5.6).
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method, prefix, config }) => {
    if ((config as { isRefusal?: true } | undefined)?.isRefusal) return;
    const path = url.slice(prefix.length);
    const there = known.get(path) ?? new Set();
    for (const each of [method].flat()) there.add(each);
    known.set(path, there);
  });
  return () => {
    for (const [url, there] of [...known]) {
      const allowed = [...there].sort().join(', ');
      const rest = methods.filter((method) => !there.has(method));
      if (rest.length === 0) continue;
      app.route({
        method: rest,
        url,
        config: { isRefusal: true, audit: 'none' },
        exposeHeadRoute: false,
        // Before anyone reads the body.
        onRequest: async (_request, reply) =>
          reply
            .code(405)
            .header('allow', allowed)
            .send(openStackError(405, `This address supports the methods ${allowed}.`)),
        handler: () => undefined,
      });
    }
  };
}
