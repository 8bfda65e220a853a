import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenSpan, Traces } from '../../shared/ports/traces.ts';

/**
 * Makes a span for each request that changes something. Its effects are children of the span: a notification leads to the whole run. Requests that only read
 * get no span, because pages send them all the time. The trace always starts here and ignores the caller's trace, because anyone may call.
 */
export function traceRequests(app: FastifyInstance, traces: Pick<Traces, 'begin'>): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions } = request;
    const { url: route = 'none' } = routeOptions;
    if (['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
      // The pattern that matched: the path of a notification may hold the secret.
      spans.set(request, traces.begin(`${method} ${route}`, { kind: 'server', facts: { method, route } }));
    }
    done();
  });
  // Not before: reading the body would leave the span.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.within(done);
    else done();
  });
  app.addHook('onResponse', (request, { statusCode: status }, done) => {
    spans.get(request)?.end({ status }, status >= 500 ? 'failed' : 'well');
    done();
  });
}
