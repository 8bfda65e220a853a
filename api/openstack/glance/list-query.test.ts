import { parse } from 'node:querystring';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortKeys } from '../../../shared/ports/visible-images.ts';
import { findCode } from '../../../test/support/code-of.ts';
import { parseListQuery, readValues } from './list-query.ts';

function parsed(query: string) {
  return parseListQuery({ ...parse(query) });
}
test('nothing asked: the newest 25, nothing hidden, only what was accepted', () => {
  expect(parsed('')).toEqual({
    memberStatus: 'accepted',
    isHidden: false,
    tags: [],
    oneOf: {},
    ranges: [],
    times: [],
    properties: {},
    sort: [{ key: 'created_at', direction: 'desc' }],
    limit: 25,
  });
});

test('every filter at once', () => {
  const query = parsed(
    'name=in:a,"b,c"&status=active&tag=x&tag=y&size_min=5&size_max=9&min_ram=512&visibility=all&member_status=all' +
      '&os_hidden=True&protected=false&owner=demo&checksum=c&os_hash_value=h&created_at=gte:2026-01-02T03:04:05Z' +
      '&os_distro=debian&hw_disk_bus=virtio&limit=7&marker=m&id=eq:i',
  );
  expect(query).toEqual({
    visibility: 'all',
    memberStatus: 'all',
    isHidden: true,
    isProtected: false,
    owner: 'demo',
    checksum: 'c',
    hashValue: 'h',
    tags: ['x', 'y'],
    oneOf: { name: ['a', 'b,c'], status: ['active'], id: ['i'] },
    ranges: [
      { field: 'size', min: 5, max: 9 },
      { field: 'min_ram', min: 512, max: 512 },
    ],
    times: [{ field: 'created_at', comparison: 'gte', at: new Date('2026-01-02T03:04:05Z') }],
    properties: { os_distro: 'debian', hw_disk_bus: 'virtio' },
    sort: [{ key: 'created_at', direction: 'desc' }],
    marker: 'm',
    limit: 7,
  });
});

describe('sorting', () => {
  test.each([
    ['sort=name:asc,size', ['name asc', 'size desc']],
    ['sort_key=name&sort_dir=asc&sort_key=size&sort_dir=desc', ['name asc', 'size desc']],
    ['sort_key=name&sort_key=size&sort_dir=asc', ['name asc', 'size asc']],
    ['sort_key=id', ['id desc']],
  ])('%s', (query, expected) => {
    expect(parsed(query).sort.map(({ key, direction }) => `${key} ${direction}`)).toEqual(expected);
  });
});

test.each([
  'limit=-1',
  'limit=x',
  'limit=',
  'sort=colour',
  'sort=name:up',
  'sort=name&sort_key=size',
  'sort_key=a&sort_key=name',
  'sort_key=name&sort_key=size&sort_key=id&sort_dir=asc&sort_dir=desc',
  'visibility=everyone',
  'member_status=maybe',
  'os_hidden=perhaps',
  'protected=1',
  'size_min=large',
  'created_at=gt:yesterday',
  'created_at=about:2026-01-02T03:04:05Z',
  'name=like:a',
  'name=in:a"b"',
  'name=in:"a',
  'changes-since=2026-01-02T03:04:05Z',
  'x=%00',
])('%s is refused', (query) => {
  expect(findCode(() => parsed(query))).toBe('invalid-input');
});

test('any list of values, quoted as it must be, comes back as it was', () => {
  const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (values) => {
      expect(readValues(`in:${values.map(quoted).join(',')}`, 'name')).toEqual(values);
      const plain = values.map((value) => value.replaceAll(/[",]/g, ''));
      expect(readValues(`in:${plain.join(',')}`, 'name')).toEqual(plain);
    }),
  );
});

test('no query makes it fail in any other way than with a reason, and none has more than it may', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.constantFrom('limit', 'sort', 'sort_key', 'sort_dir', 'size_min', 'tag', 'name', 'created_at', 'visibility'),
  );
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(...sortKeys, 'asc', 'name:asc', '5', 'in:', 'true', '2026-01-02'),
  );
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(value, fc.array(value))), (raw) => {
      const code = findCode(() => {
        const query = parseListQuery(raw);
        expect(query.limit).toBeLessThanOrEqual(1000);
        expect(query.sort.length).toBeGreaterThan(0);
      });
      expect(['none', 'invalid-input']).toContain(code);
    }),
  );
});
