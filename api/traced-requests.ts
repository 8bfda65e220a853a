import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenSpan, Traces } from '../shared/ports/traces.ts';

/**
 * A request that changes something is a span, and what it brings on is its child: a notification leads to the whole run. Those
 * that only read are none: pages ask all the time. A trace begins here whatever the caller says, who may be anybody.
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
