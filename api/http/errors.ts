import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ApiError } from '../../shared/contracts/api.ts';
import { errorCodes } from '../../shared/error-codes.ts';
import { explain, isBootreadyError } from '../../shared/errors.ts';

/** RFC 9110, 10.2.3; RFC 6585, 4. */
export function needsRetryAfter(status: number): boolean {
  return status === 503 || status === 429;
}

export function buildBody(code: string, message: string, remedy: string | undefined, requestId: string): ApiError {
  return {
    error: { code, message, ...(remedy ? { remedy } : {}), requestId },
  };
}

/** Errors as HTTP answers: the one place that makes them. `page` answers addresses that belong to the portal. */
export function answerErrors(
  app: FastifyInstance,
  page: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined,
): void {
  app.setNotFoundHandler(
    (request, reply) =>
      page(request, reply) ??
      reply
        .code(404)
        .send(
          buildBody('not-found', 'This address does not exist.', 'GET /openapi.json lists all addresses.', request.id),
        ),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isBootreadyError(error)) {
      const status = errorCodes[error.code].status;
      if (status >= 500) request.log.warn({ error: explain(error), code: error.code }, 'a request failed');
      if (status === 401) reply.header('www-authenticate', 'Bearer');
      if (needsRetryAfter(status) && !reply.hasHeader('retry-after')) reply.header('retry-after', '5');
      return reply.code(status).send(buildBody(error.code, error.message, error.remedy, request.id));
    }
    if (hasZodFastifySchemaValidationErrors(error)) {
      const wrong = error.validation.map(({ instancePath, message }) => {
        const field = instancePath.replace(/^\//, '').replaceAll('/', '.');
        return field ? `${field}: ${message}` : message;
      });
      return reply
        .code(400)
        .send(
          buildBody(
            'invalid-input',
            `The request is not valid: ${wrong.join('; ')}`,
            'See GET /openapi.json.',
            request.id,
          ),
        );
    }
    // Fastify's own: bodies too large, no JSON, unknown content types.
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return reply.code(error.statusCode).send(buildBody('invalid-input', error.message, undefined, request.id));
    }
    request.log.error({ error: explain(error), stack: error.stack }, 'unexpected');
    return reply
      .code(500)
      .send(
        buildBody(
          'internal',
          'Something went wrong on our side.',
          'Try again. If it fails again, report the request ID to the operator.',
          request.id,
        ),
      );
  });
}
