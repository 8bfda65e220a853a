import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';
import { buildBody } from './errors.ts';
import type { Guard } from './guards.ts';

/**
 * Answers addresses that cannot be read at all, because they reach no route and no handler. The answer has the form of the API that the address seems to mean.
 * @param openStackError the body that OpenStack's services answer with
 */
export function answerBadAddress(guard: Guard, openStackError: (status: number, message: string) => object) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    guard(request, reply);
    const status = error.statusCode ?? 400;
    const message = 'The address cannot be read: it is too long, or not percent-encoded UTF-8.';
    void reply
      .code(status)
      .send(
        /^\/(image|identity)\//.test(request.url)
          ? openStackError(status, message)
          : buildBody({ code: 'invalid-input', message, remedy: 'See GET /openapi.json.' }, request),
      );
  };
}

/** Postgres keeps no text with a zero byte, so nothing that an address could name has one. */
export function refuseZeroBytes(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (!request.url.includes('%00')) return done();
    done(
      new BootreadyError({
        code: 'invalid-input',
        message: 'The address contains a zero byte.',
        remedy: 'See GET /openapi.json.',
      }),
    );
  });
}
