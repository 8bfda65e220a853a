import type { FastifyRequest } from 'fastify';
import type { Language } from '../../shared/checks/text.ts';

/** English, unless the header names German first. RFC 9110, 12.5.4, without the weights: two languages need no more. */
function toLanguage(acceptLanguage: string | undefined): Language {
  const [first] = (acceptLanguage ?? '').toLowerCase().match(/\b(de|en)\b/) ?? [];
  return first === 'de' ? 'de' : 'en';
}

/** The language of the answer. */
export function readLanguage({ headers }: Pick<FastifyRequest, 'headers'>): Language {
  return toLanguage(headers['accept-language']);
}
