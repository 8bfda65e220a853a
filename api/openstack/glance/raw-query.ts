import { BootreadyError } from '../../../shared/errors.ts';
import { requestLimits } from '../../../shared/limits/request-limits.ts';

/** A query without any processing. A name that occurs several times has several values. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

const defaultLimit = 25;

/** @throws BootreadyError `invalid-input` when there is a zero byte: Postgres knows no such text, and nothing can match it */
export function valuesIn(raw: RawQuery): (name: string) => readonly string[] {
  const all = (name: string): readonly string[] => {
    const value = raw[name];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  };
  const bad = Object.keys(raw).find((name) => name.includes('\0') || all(name).some((value) => value.includes('\0')));
  if (bad !== undefined) throw invalidQuery('The query contains a zero byte.');
  return all;
}

export function invalidQuery(message: string): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message,
    remedy: 'See https://docs.openstack.org/api-ref/image/v2/.',
  });
}

export function oneOfThese<const T extends readonly string[]>(value: string, allowed: T, name: string): T[number] {
  if (allowed.includes(value)) return value;
  throw invalidQuery(`The value of "${name}" is not one of ${allowed.join(', ')}.`);
}

export function wholeNumber(value: string, name: string): number {
  const number = Number(value);
  if (/^-?\d{1,19}$/.test(value.trim()) && Number.isSafeInteger(number)) return number;
  throw invalidQuery(`The value of "${name}" is not a whole number.`);
}

/** How many at most: 25 where it is not said, never more than a page holds. */
export function parseLimit(value: string | undefined): number {
  const limit = value === undefined ? defaultLimit : wholeNumber(value, 'limit');
  if (limit < 0) throw invalidQuery('"limit" must not be negative.');
  return Math.min(limit, requestLimits.pageItems.most);
}

/** The address of a page of the same list. */
export function withMarker(path: string, raw: RawQuery, marker: string | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(raw)) {
    if (name === 'marker' || value === undefined) continue;
    for (const each of typeof value === 'string' ? [value] : value) query.append(name, each);
  }
  if (marker !== undefined) query.set('marker', marker);
  return query.size > 0 ? `${path}?${query}` : path;
}
