import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../deps.ts';

/** `/livez`: the process works. `/readyz`: so does what it cannot do without; names only, no details for strangers. */
export function healthRoutes({ health }: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/livez', { config: { isProbe: true }, schema: { hide: true } }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: { isProbe: true }, schema: { hide: true } }, async (_request, reply) => {
      const checks = await health();
      const ready = Object.values(checks).every(Boolean);
      return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks });
    });
  };
}
