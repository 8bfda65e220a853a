import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';
import { countLevels } from '../../shared/limits/json-levels.ts';
import { beyondLimit, requestLimits } from '../../shared/limits/request-limits.ts';

/**
 * Parses JSON of a client. Checks the depth first, because deep nesting costs far more in code that walks it later.
 * @throws BootreadyError `invalid-input` that names the limit, or says that this is not JSON
 */
export function parseJson(text: string): unknown {
  if (countLevels(text) > requestLimits.jsonLevels.most) throw beyondLimit('jsonLevels');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'The body is not JSON.',
      remedy: 'Send valid JSON, or no body.',
      cause,
    });
  }
}

/**
 * Reads every body as JSON, whatever its declared type, as OpenStack's services do. Clients send all kinds of types, or none, and also for requests without a
 * body. The body is undefined then.
 */
export function takeJsonOfAnyType(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', '*'],
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string | Buffer) => (body === '' ? undefined : parseJson(String(body))),
  );
}
