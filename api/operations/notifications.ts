import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { BootreadyError, explain } from '../../shared/errors.ts';
import {
  type NotificationAnswer,
  receiveNotifications,
  secretBeforeBody,
  wrongSecret,
} from '../../shared/events/receive.ts';
import type { ApiDeps } from '../deps.ts';
import { buildBody } from '../http/errors.ts';
import { parseJson } from '../http/json-body.ts';

const sourcePattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/**
 * Where stores send their notifications: POST /events/s3/{source}, the secret in a header, at the end of the path, or in the
 * query. GET, HEAD and OPTIONS answer the probes of MinIO, RustFS and CloudEvents.
 */
export function notificationRoutes({ config, events, jobs }: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    acceptAnyBody(app);
    const readIncoming = (request: FastifyRequest) => {
      const { source, token } = request.params as { source: string; token?: string };
      if (!sourcePattern.test(source)) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: 'The name of the source must have 1 to 32 characters from a-z, 0-9 and "-".',
          remedy: 'Send to /events/s3/NAME, e.g. /events/s3/minio.',
        });
      }
      const { token: queried, access_token: accessToken } = request.query as Record<string, unknown>;
      const shown = [token, queried, accessToken].find((each) => typeof each === 'string');
      return { source, headers: request.headers, token: shown as string | undefined, body: request.body };
    };
    const answer = (request: FastifyRequest, reply: FastifyReply, received: NotificationAnswer): FastifyReply => {
      if (received.status === 200) return reply.send({ accepted: received.accepted, ignored: received.ignored });
      const { status, message, remedy } = received;
      if (status === 401) reply.header('www-authenticate', 'Bearer');
      const code = status === 401 ? 'unauthenticated' : 'invalid-input';
      return reply.code(status).send(buildBody({ code, message, remedy }, request));
    };
    /** A stranger's body is not even read, unless only the body can hold the secret. */
    const judgeBeforeBody = async (request: FastifyRequest, reply: FastifyReply) => {
      const secret = secretBeforeBody(config.EVENTS_SECRET, readIncoming(request));
      if (secret === 'wrong') return answer(request, reply, wrongSecret);
      if (secret === 'right') request.knownAs = 'notifications';
    };
    const onQueueDown = (request: FastifyRequest) => (error: unknown) =>
      request.log.warn({ error: explain(error) }, 'notifications wait in the database for the sweep');

    const options = { config: { shows: 'events secret' }, schema: { hide: true } } as const;
    for (const path of ['/events/s3/:source', '/events/s3/:source/:token']) {
      app.post(path, { ...options, onRequest: judgeBeforeBody }, async (request, reply) => {
        const deps = { secret: config.EVENTS_SECRET, events, jobs, onQueueDown: onQueueDown(request) };
        return answer(request, reply, await receiveNotifications(deps, readIncoming(request)));
      });
      app.get(path, options, async () => ({ ready: true }));
      // CloudEvents' handshake against being used for floods: HTTP 1.1 Web Hooks for Event Delivery, 4.
      app.options(path, options, async (request, reply) => {
        const origin = request.headers['webhook-request-origin'];
        if (typeof origin === 'string') {
          reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' });
        }
        return reply.header('allow', 'POST, GET, HEAD, OPTIONS').code(204).send();
      });
    }
  };
}

/** Senders name all kinds of types; what is not JSON becomes `undefined`, so that the secret is judged before the body. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch {
      done(null, undefined);
    }
  });
}
