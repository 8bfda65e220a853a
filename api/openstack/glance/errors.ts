import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance } from 'fastify';
import { errorCodes } from '../../../shared/error-codes.ts';
import { explain, isBootreadyError } from '../../../shared/errors.ts';
import { needsRetryAfter } from '../../http/errors.ts';

/**
 * Errors in the form that OpenStack's clients read: an object of objects, each with a `message` (glanceclient's exc.py, openstacksdk's exceptions.py). The
 * remedy is part of the message, because these clients show nothing else.
 */
export function openStackError(status: number, message: string) {
  return {
    error: { code: status, title: STATUS_CODES[status] ?? 'Error', message },
  };
}

/** For every route below. `challenge` is the WWW-Authenticate header for a client without a valid token. */
export function answerOpenStackErrors(app: FastifyInstance, challenge: string): void {
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(openStackError(404, 'This address does not exist.')),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (isBootreadyError(error)) {
      const status = errorCodes[error.code].status;
      if (status >= 500) request.log.warn({ error: explain(error), code: error.code }, 'a request failed');
      if (status === 401) reply.header('www-authenticate', challenge);
      if (needsRetryAfter(status) && !reply.hasHeader('retry-after')) reply.header('retry-after', '5');
      return reply.code(status).send(openStackError(status, [error.message, error.remedy].filter(Boolean).join(' ')));
    }
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return reply.code(error.statusCode).send(openStackError(error.statusCode, error.message));
    }
    request.log.error({ error: explain(error), stack: error.stack }, 'unexpected');
    const message = `Something went wrong on our side. If it fails again, report the request ID to the operator: ${request.id}.`;
    return reply.code(500).send(openStackError(500, message));
  });
}
