import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ApiError } from '../../shared/contracts/api.ts';
import { errorCodes } from '../../shared/error-codes.ts';
import { explain, isBootreadyError } from '../../shared/errors.ts';
import { type FailureView, translateFailure } from '../../shared/problems/translate.ts';
import { explainInvalid } from './invalid-request.ts';
import { readLanguage } from './language.ts';

/** RFC 9110, 10.2.3; RFC 6585, 4. */
export function needsRetryAfter(status: number): boolean {
  return status === 503 || status === 429;
}

/** The body of a refusal, in the language of its reader. */
export function buildBody(failure: FailureView, request: FastifyRequest): ApiError {
  const { code, message, remedy } = translateFailure(failure, readLanguage(request));
  return { error: { code, message, ...(remedy ? { remedy } : {}), requestId: request.id } };
}

const missing = {
  code: 'not-found',
  message: 'This address does not exist.',
  remedy: 'GET /openapi.json lists all addresses.',
};
const unexpected = {
  code: 'internal',
  message: 'Something went wrong on our side.',
  remedy: 'Try again. If it fails again, report the request ID to the operator.',
};

/** Errors as HTTP answers: the one place that makes them. `page` answers addresses that belong to the portal. */
export function answerErrors(
  app: FastifyInstance,
  page: (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined,
): void {
  app.setNotFoundHandler((request, reply) => page(request, reply) ?? reply.code(404).send(buildBody(missing, request)));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isBootreadyError(error)) {
      const status = errorCodes[error.code].status;
      if (status >= 500) request.log.warn({ error: explain(error), code: error.code }, 'a request failed');
      if (status === 401) reply.header('www-authenticate', 'Bearer');
      if (needsRetryAfter(status) && !reply.hasHeader('retry-after')) reply.header('retry-after', '5');
      return reply.code(status).send(buildBody(error, request));
    }
    if (hasZodFastifySchemaValidationErrors(error)) {
      return reply
        .code(400)
        .send({ error: { ...explainInvalid(error.validation, readLanguage(request)), requestId: request.id } });
    }
    // Fastify's own: bodies too large, no JSON, unknown content types.
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return reply.code(error.statusCode).send(buildBody({ code: 'invalid-input', message: error.message }, request));
    }
    request.log.error({ error: explain(error), stack: error.stack }, 'unexpected');
    return reply.code(500).send(buildBody(unexpected, request));
  });
}
