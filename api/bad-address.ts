import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { buildBody } from './errors.ts';
import type { Guard } from './guards.ts';

/**
 * Addresses that cannot be read at all reach no route and none of its handlers: answered as the API they seem to be for answers.
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
          : buildBody('invalid-input', message, 'See GET /openapi.json.', request.id),
      );
  };
}
