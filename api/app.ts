import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { requestLimits } from '../shared/limits/request-limits.ts';
import type { ApiDeps } from './deps.ts';
import { answerBadAddress, refuseZeroBytes } from './http/bad-address.ts';
import { limitBodyTime } from './http/body-time.ts';
import { limitConnections } from './http/connections.ts';
import { answerErrors } from './http/errors.ts';
import { guardBy } from './http/guards.ts';
import { limitHeldMemory } from './http/held-memory.ts';
import { parseJson } from './http/json-body.ts';
import { describeApi, describeRefusals } from './http/openapi.ts';
import { limitRates } from './http/rate-limits.ts';
import { takeTurns } from './http/turns.ts';
import { keepAuditTrail } from './identity/audit-trail.ts';
import { identify } from './identity/identity.ts';
import { keyRoutes } from './identity/keys.ts';
import { keepSecurityLog } from './identity/security-log.ts';
import { selfRoutes } from './identity/self.ts';
import { sessionRoutes } from './identity/session.ts';
import { sessionListRoutes } from './identity/sessions.ts';
import { signInRoutes } from './identity/sign-in.ts';
import { deliveryRoutes } from './images/deliveries.ts';
import { evidenceRoutes } from './images/evidence.ts';
import { imageStream } from './images/image-stream.ts';
import { imageRoutes } from './images/images.ts';
import { memberRoutes } from './images/members.ts';
import { platformRoutes } from './images/platform.ts';
import { provenanceRoutes } from './images/provenance.ts';
import { repairRoutes } from './images/repairs.ts';
import { reportRoutes } from './images/reports.ts';
import { runRoutes } from './images/runs.ts';
import { openStackError } from './openstack/glance/errors.ts';
import { glanceRoutes } from './openstack/glance/routes.ts';
import { keystoneRoutes } from './openstack/keystone/routes.ts';
import { createTokens } from './openstack/keystone/tokens.ts';
import { healthRoutes } from './operations/health.ts';
import { notificationRoutes } from './operations/notifications.ts';
import { operationRoutes } from './operations/operations.ts';
import { quotaRoutes } from './operations/quotas.ts';
import { traceRequests } from './operations/traced-requests.ts';
import { webhookRoutes } from './operations/webhooks.ts';
import { servePortal } from './portal.ts';
import { inboxRoutes } from './uploads/inbox.ts';
import { uploadRoutes } from './uploads/uploads.ts';

/** Routes whose `:id` is an image's: lines that they log name it. */
const aboutImages = /\/images\/:id(\/|$)/;

/** The HTTP API over its ports; nothing listens yet. */
export async function createApp(deps: ApiDeps, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const guard = guardBy(deps.config);
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: requestLimits.bodyBytes.most,
    http: { maxHeaderSize: requestLimits.urlAndHeaderBytes.most },
    // The path of a notification may contain a secret: it is not logged, and a parameter must be long enough for it.
    routerOptions: { maxParamLength: 512 },
    trustProxy: deps.config?.TRUSTED_PROXIES?.length ? [...deps.config.TRUSTED_PROXIES] : false,
    genReqId: () => `req-${crypto.randomUUID()}`,
    requestIdHeader: false,
    frameworkErrors: answerBadAddress(guard, openStackError),
  });
  limitConnections(app.server);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  let portal: Awaited<ReturnType<typeof servePortal>>;
  answerErrors(app, (request, reply) => portal?.(request, reply));
  app.addHook('onRequest', (request, reply, done) => {
    guard(request, reply);
    done();
  });
  keepSecurityLog(app);
  limitBodyTime(app);
  await limitRates(app, { config: deps.config, counters: deps.rateCounters, meter: deps.meter });
  refuseZeroBytes(app);
  limitHeldMemory(app);
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, text: string | Buffer) => parseJson(String(text)),
  );
  await describeApi(app);
  const { meter } = deps;
  if (meter) {
    app.addHook('onResponse', (request, reply, done) => {
      const { method } = request;
      meter.answered({ method, route: request.routeOptions.url, status: reply.statusCode }, reply.elapsedTime / 1000);
      done();
    });
  }
  if (deps.traces) traceRequests(app, deps.traces);
  keepAuditTrail(app, deps);
  app.addHook('onRequest', (request, _reply, done) => {
    const { id } = request.params as { id?: string };
    if (id !== undefined && aboutImages.test(request.routeOptions.url ?? '')) {
      request.log = request.log.child({ image_id: id.slice(0, 100) });
    }
    done();
  });
  await app.register(healthRoutes(deps));
  await app.register(notificationRoutes(deps));
  await app.register(signInRoutes(deps));
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await app.register(
    async (v1) => {
      identify(v1, deps);
      takeTurns(v1, deps.requests);
      describeRefusals(v1);
      for (const routes of [
        selfRoutes,
        quotaRoutes,
        sessionRoutes,
        sessionListRoutes,
        keyRoutes,
        imageRoutes,
        imageStream,
        memberRoutes,
        runRoutes,
        repairRoutes,
        platformRoutes,
        deliveryRoutes,
        evidenceRoutes,
        reportRoutes,
        provenanceRoutes,
        uploadRoutes,
        inboxRoutes,
        operationRoutes,
        webhookRoutes,
      ]) {
        await v1.register(routes(deps));
      }
    },
    { prefix: '/v1' },
  );
  const tokens = createTokens(deps.keys, deps.secrets);
  await app.register(async (openStack) => {
    // These APIs have documents of their own.
    openStack.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    await openStack.register(glanceRoutes(deps, tokens), { prefix: '/image' });
    await openStack.register(keystoneRoutes(deps, tokens), { prefix: '/identity' });
  });
  // RustFS asks at the root whether we are there.
  app.get(
    '/',
    { schema: { hide: true } },
    (request, reply) => portal?.(request, reply) ?? reply.send({ name: 'bootready', api: '/openapi.json' }),
  );
  if (deps.portalFolder) portal = await servePortal(app, deps.portalFolder, deps.config);
  if (deps.queueBoard) await app.register(deps.queueBoard, { prefix: '/queues' });
  return app;
}
