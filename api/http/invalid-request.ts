import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { z } from 'zod';
import type { Language } from '../../shared/checks/text.ts';
import type { Failure } from '../../shared/errors.ts';
import { translateFailure, translateSentence } from '../../shared/problems/translate.ts';

type Wrong = Pick<FastifySchemaValidationError, 'instancePath' | 'keyword' | 'message' | 'params'>;

const german = z.locales.de().localeError;

/** zod's own words in German; those of our contracts are in the catalogue. */
function say({ keyword, message = '', params }: Wrong, language: Language): string {
  if (language === 'en') return message;
  const own = translateSentence(message, language);
  if (own !== undefined) return own;
  const said = german({ ...params, code: keyword, input: undefined } as Parameters<typeof german>[0]);
  return (typeof said === 'string' ? said : said?.message) ?? message;
}

/** A request that does not fit its schema: which fields, and why. */
export function explainInvalid(validation: readonly Wrong[], language: Language): Failure {
  const wrong = validation.map((each) => {
    const field = each.instancePath.replace(/^\//, '').replaceAll('/', '.');
    const why = say(each, language);
    return field ? `${field}: ${why}` : why;
  });
  const failure = {
    code: 'invalid-input',
    message: `The request is not valid: ${wrong.join('; ')}`,
    remedy: 'See GET /openapi.json.',
  };
  return translateFailure(failure, language);
}
