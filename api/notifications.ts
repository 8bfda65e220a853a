import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { BootreadyError, explain } from '../shared/errors.ts';
import { receiveNotifications } from '../shared/events/receive.ts';
import type { ApiDeps } from './deps.ts';

const sourcePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/**
 * Where stores send their notifications: POST /events/s3/{source}, the secret in a header, at the end of the path, or in the
 * query. GET, HEAD and OPTIONS answer the probes of MinIO, RustFS and CloudEvents.
 */
export const notificationRoutes =
  ({ config, events, jobs }: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    acceptAnyBody(app);
    const handler = async (request: FastifyRequest) => {
      const { source, token } = request.params as { source: string; token?: string };
      if (!sourcePattern.test(source)) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: 'The name of the source is 1 to 32 of a-z, 0-9 and "-".',
          remedy: 'Send to /events/s3/NAME, e.g. /events/s3/minio.',
        });
      }
      const { token: queried, access_token: accessToken } = request.query as Record<string, unknown>;
      const shown = [token, queried, accessToken].find((each) => typeof each === 'string');
      return receiveNotifications(
        {
          secret: config.EVENTS_SECRET,
          events,
          jobs,
          onQueueDown: (error) =>
            request.log.warn({ error: explain(error) }, 'notifications wait in the database for the sweep'),
        },
        { source, headers: request.headers, token: shown as string | undefined, body: request.body },
      );
    };

    for (const path of ['/events/s3/:source', '/events/s3/:source/:token']) {
      app.post(path, { schema: { hide: true } }, async (request, reply) => {
        const answer = await handler(request);
        if (answer.status === 200) return { accepted: answer.accepted, ignored: answer.ignored };
        if (answer.status === 401) reply.header('www-authenticate', 'Bearer');
        const code = answer.status === 401 ? 'unauthenticated' : 'invalid-input';
        return reply
          .code(answer.status)
          .send({ error: { code, message: answer.message, remedy: answer.remedy, requestId: request.id } });
      });
      app.get(path, { schema: { hide: true } }, async () => ({ ready: true }));
      // CloudEvents' handshake against being used for floods: HTTP 1.1 Web Hooks for Event Delivery, 4.
      app.options(path, { schema: { hide: true } }, async (request, reply) => {
        const origin = request.headers['webhook-request-origin'];
        if (typeof origin === 'string') {
          reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' });
        }
        return reply.header('allow', 'POST, GET, HEAD, OPTIONS').code(204).send();
      });
    }
  };

/** Senders name all kinds of types; what is no JSON becomes `undefined`, so that the secret is judged before the body. */
const acceptAnyBody = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(null, undefined);
    }
  });
};
