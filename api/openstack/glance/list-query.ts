import { z } from 'zod';
import { memberStatuses, visibilities } from '../../../shared/contracts/image.ts';
import { assertWithin } from '../../../shared/limits/request-limits.ts';
import { type Sort, sortKeys, type VisibleQuery } from '../../../shared/ports/visible-images.ts';
import { invalidQuery as invalid, oneOfThese, parseLimit, type RawQuery, valuesIn, wholeNumber } from './raw-query.ts';

function flag(value: string, name: string): boolean {
  return oneOfThese(value.toLowerCase(), ['true', 'false'], name) === 'true';
}

/** `in:a,"b,c"` is a list, where quotes keep commas together; everything else is one value. */
export function readValues(text: string, name: string): string[] {
  const [, operator, rest = ''] = /^([^:]{0,255}):(.*)$/s.exec(text) ?? [];
  if (operator === undefined) return [text];
  if (operator === 'eq') return [rest];
  if (operator !== 'in') throw invalid(`"${operator}" is not an operator for "${name}"; use "eq" or "in".`);
  const values: string[] = [];
  for (let left = rest; ; ) {
    const quoted = /^"((?:[^"\\]|\\.)*)"(,|$)/s.exec(left);
    const plain = /^([^",]*)(,|$)/s.exec(left);
    const [whole, value = '', end] = quoted ?? plain ?? [];
    if (whole === undefined) throw invalid(`The quotes in the value of "${name}" do not match.`);
    assertWithin('filterValues', values.length + 1);
    values.push(quoted ? value.replaceAll(/\\(.)/gs, '$1') : value);
    if (end !== ',') return values;
    left = left.slice(whole.length);
  }
}

const comparisons = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'] as const;
const Time = z.iso.datetime({ offset: true, local: true });

function toTime(text: string, field: 'created_at' | 'updated_at'): VisibleQuery['times'][number] {
  const [, operator, rest] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  const comparison = operator === undefined ? 'eq' : oneOfThese(operator, comparisons, field);
  const time = (rest ?? text).replace(' ', '+');
  if (!Time.safeParse(time).success) throw invalid(`The time in "${field}" must have the form 2026-01-31T12:00:00Z.`);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`;
  return { field, comparison, at: new Date(zoned) };
}

const directions = ['asc', 'desc'] as const;

/** `sort=name:asc,size` or `sort_key=name&sort_dir=asc&sort_key=size`, never both. A repeated key changes nothing. */
function readSort(all: (name: string) => readonly string[]): Sort[] {
  const [sort] = all('sort');
  assertWithin('sortKeys', Math.max(countParts(sort, ','), all('sort_key').length, all('sort_dir').length));
  const keys = all('sort_key').map((key) => oneOfThese(key.trim(), sortKeys, 'sort_key'));
  const dirs = all('sort_dir').map((dir) => oneOfThese(dir.trim(), directions, 'sort_dir'));
  if (sort !== undefined) {
    if (keys.length > 0 || dirs.length > 0) throw invalid('"sort" cannot be combined with "sort_key" and "sort_dir".');
    return withoutRepeats(
      sort.split(',').map((part) => {
        const [key = '', direction = 'desc'] = part.split(':').map((word) => word.trim());
        return {
          key: oneOfThese(key, sortKeys, 'sort'),
          direction: oneOfThese(direction || 'desc', directions, 'sort'),
        };
      }),
    );
  }
  if (dirs.length > 1 && dirs.length !== keys.length) throw invalid('Each "sort_key" needs one "sort_dir".');
  const chosen = keys.length > 0 ? keys : (['created_at'] as const);
  return withoutRepeats(chosen.map((key, index) => ({ key, direction: dirs[index] ?? dirs[0] ?? 'desc' })));
}

function countParts(text: string | undefined, separator: string): number {
  return text?.split(separator).length ?? 0;
}

function withoutRepeats(sort: readonly Sort[]): Sort[] {
  return sort.filter(({ key }, index) => sort.findIndex((each) => each.key === key) === index);
}

const listed = ['id', 'name', 'status', 'container_format', 'disk_format'] as const;
const measured = ['size', 'virtual_size', 'min_disk', 'min_ram'] as const;
const known = new Set<string>([
  ...[
    'limit',
    'marker',
    'member_status',
    'visibility',
    'os_hidden',
    'protected',
    'owner',
    'checksum',
    'os_hash_value',
    'os_hash_algo',
  ],
  ...['tag', 'sort', 'sort_key', 'sort_dir', 'created_at', 'updated_at'],
  ...listed,
  ...measured.flatMap((field) => [field, `${field}_min`, `${field}_max`]),
]);

/** The query of GET /v2/images. Names that we do not know are custom properties, as in Glance. @throws BootreadyError `invalid-input` */
export function parseListQuery(raw: RawQuery): VisibleQuery {
  const all = valuesIn(raw);
  const one = <T>(name: string, parse: (value: string, name: string) => T): T | undefined => {
    const value = all(name).at(-1);
    return value === undefined ? undefined : parse(value, name);
  };
  const text = (value: string): string => value;
  const includeGiven = <K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } =>
    (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };

  assertWithin('tagFilters', all('tag').length);
  assertWithin('propertyFilters', Object.keys(raw).filter((name) => !known.has(name)).length);
  if (raw['changes-since'] !== undefined) throw invalid('Version 2 of the API does not support "changes-since".');
  return {
    ...includeGiven(
      'visibility',
      one('visibility', (value) => oneOfThese(value, [...visibilities, 'all'], 'visibility')),
    ),
    memberStatus:
      one('member_status', (value) => oneOfThese(value, [...memberStatuses, 'all'], 'member_status')) ?? 'accepted',
    isHidden: one('os_hidden', flag) ?? false,
    ...includeGiven('isProtected', one('protected', flag)),
    ...includeGiven('owner', one('owner', text)),
    ...includeGiven('checksum', one('checksum', text)),
    ...includeGiven('hashValue', one('os_hash_value', text)),
    ...includeGiven('hashAlgorithm', one('os_hash_algo', text)),
    tags: all('tag').map((tag) => tag.trim()),
    oneOf: Object.fromEntries(
      listed.flatMap((field) => {
        const values = one(field, readValues);
        return values ? [[field, values]] : [];
      }),
    ),
    ranges: measured.flatMap((field) => {
      const exact = one(field, wholeNumber);
      const min = exact ?? one(`${field}_min`, wholeNumber);
      const max = exact ?? one(`${field}_max`, wholeNumber);
      return min === undefined && max === undefined
        ? []
        : [{ field, ...includeGiven('min', min), ...includeGiven('max', max) }];
    }),
    times: (['created_at', 'updated_at'] as const).flatMap(
      (field) => one(field, (value) => toTime(value, field)) ?? [],
    ),
    properties: Object.fromEntries(
      Object.keys(raw).flatMap((name) => {
        const value = known.has(name) ? undefined : all(name).at(-1);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    sort: readSort(all),
    ...includeGiven('marker', one('marker', text)),
    limit: parseLimit(all('limit').at(-1)),
  };
}
