import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../../shared/ports/image.ts';
import { findCode } from '../../../test/support/code-of.ts';
import { applyPatch, parsePatch } from './patch.ts';

const image: Image = {
  id: '11111111-1111-4111-8111-111111111111',
  projectId: 'demo',
  name: 'Debian',
  status: 'active',
  settings: {},
  upload: { bucket: 'uploads', key: 'k', etag: null, size: null },
  multipartId: null,
  heldBytes: 0,
  diskFormat: 'raw',
  containerFormat: 'bare',
  size: 1,
  virtualSize: 1,
  sha256: null,
  md5: null,
  sha512: null,
  isVerbatim: true,
  stagedSize: null,
  visibility: 'shared',
  family: null,
  isProtected: false,
  isHidden: false,
  tags: ['a'],
  minDisk: 0,
  minRam: 0,
  properties: { os_distro: 'debian' },
  createdAt: new Date(0),
  updatedAt: new Date(0),
};

function patched(body: unknown, dialect: 'v2.0' | 'v2.1' = 'v2.1', of: Image = image) {
  return applyPatch(of, parsePatch(body, dialect), dialect);
}
describe('both dialects', () => {
  test.each([
    ['v2.1', { op: 'replace', path: '/name', value: 'New' }],
    ['v2.1', { op: 'add', path: '/name', value: 'New' }],
    ['v2.0', { replace: '/name', value: 'New' }],
  ] as const)('%s %j names', (dialect, change) => {
    expect(patched([change], dialect)).toMatchObject({ name: 'New', tags: ['a'] });
  });

  test('add, replace and remove properties, in order', () => {
    const changes = [
      { op: 'add', path: '/x', value: '1' },
      { op: 'replace', path: '/x', value: '2' },
      { op: 'add', path: '/y~1z~0', value: '3' },
      { op: 'remove', path: '/os_distro' },
    ];
    expect(patched(changes).properties).toEqual({ x: '2', 'y/z~': '3' });
    const older = [{ add: '/x', value: '1' }, { replace: '/x', value: '2' }, { remove: '/os_distro' }];
    expect(patched(older, 'v2.0').properties).toEqual({ x: '2' });
  });

  test('v2.0 adds nothing twice', () => {
    expect(findCode(() => patched([{ add: '/os_distro', value: 'x' }], 'v2.0'))).toBe('conflict');
    expect(findCode(() => patched([{ add: '/name', value: 'x' }], 'v2.0'))).toBe('conflict');
    expect(patched([{ op: 'add', path: '/os_distro', value: 'x' }]).properties).toEqual({ os_distro: 'x' });
  });
});

test.each([
  ['invalid-input', { op: 'replace', path: '/min_ram', value: '5' }],
  ['invalid-input', { op: 'replace', path: '/min_ram', value: -1 }],
  ['invalid-input', { op: 'add', path: '/x', value: 1 }],
  ['invalid-input', { op: 'add', path: '/x', value: null }],
  ['invalid-input', { op: 'add', path: '/x' }],
  ['invalid-input', { op: 'test', path: '/name', value: 'x' }],
  ['invalid-input', { op: 'add', path: 'name', value: 'x' }],
  ['invalid-input', { op: 'add', path: '/tags/-', value: 'x' }],
  ['invalid-input', { op: 'add', path: '/a~2', value: 'x' }],
  ['invalid-input', { op: 'add', path: '/', value: 'x' }],
  ['invalid-input', { op: 'replace', path: '/visibility', value: 'everyone' }],
  ['forbidden', { op: 'replace', path: '/status', value: 'active' }],
  ['forbidden', { op: 'remove', path: '/size' }],
  ['forbidden', { op: 'add', path: '/os_glance_x', value: 'x' }],
  ['forbidden', { op: 'add', path: '/locations', value: [] }],
  ['forbidden', { op: 'remove', path: '/name' }],
  ['forbidden', { op: 'replace', path: '/disk_format', value: 'qcow2' }],
  ['none', { op: 'replace', path: '/disk_format', value: 'raw' }],
  ['conflict', { op: 'replace', path: '/x', value: 'x' }],
  ['conflict', { op: 'remove', path: '/x' }],
])('%s: %j', (code, change) => {
  expect(findCode(() => patched([change]))).toBe(code);
});

test('more than 128 properties or tags are too many', () => {
  const many = Array.from({ length: 128 }, (_, index) => ({ op: 'add', path: `/p${index}`, value: '' }));
  expect(findCode(() => patched(many))).toBe('quota-exceeded');
  expect(findCode(() => patched(many.slice(1)))).toBe('none');
  const tags = Array.from({ length: 129 }, (_, index) => `t${index}`);
  expect(findCode(() => patched([{ op: 'replace', path: '/tags', value: tags }]))).toBe('quota-exceeded');
});

function escaped(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
/** Names as their owners choose them, `__proto__` among them. */
const propertyName = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'a/b', '~'),
  )
  .filter(
    (name) =>
      name.trim() === name &&
      !name.includes('\0') &&
      findCode(() => parsePatch([{ op: 'remove', path: escaped(name) }], 'v2.1')) === 'none',
  );
const propertyValue = fc.string({ maxLength: 50 }).filter((value) => !value.includes('\0'));

test('whatever is added is there, and is gone when it is removed', () => {
  fc.assert(
    fc.property(fc.dictionary(propertyName, propertyValue, { maxKeys: 20 }), (wanted) => {
      const names = Object.keys(wanted).filter((name) => !['name', 'owner', 'tags'].includes(name));
      const adds = names.map((name) => ({ op: 'add', path: escaped(name), value: wanted[name] }));
      const after = patched(adds);
      for (const name of names)
        expect(Object.getOwnPropertyDescriptor(after.properties, name)?.value).toBe(wanted[name]);
      const removes = names.map((name) => ({ op: 'remove', path: escaped(name) }));
      const { os_distro, ...rest } = patched([...adds, ...removes]).properties;
      expect(Object.keys(rest)).toEqual([]);
    }),
  );
});

test('no body at all makes it fail in any other way than with a reason', () => {
  const pointer = fc.oneof(fc.string(), fc.constantFrom('/name', '/tags', '/x', '/min_ram', '/visibility', '/status'));
  const change = fc.oneof(
    fc.record({
      op: fc.oneof(fc.string(), fc.constantFrom('add', 'replace', 'remove')),
      path: pointer,
      value: fc.jsonValue(),
    }),
    fc.record({ replace: pointer, value: fc.jsonValue() }),
    fc.jsonValue(),
  );
  const expected = new Set(['none', 'invalid-input', 'forbidden', 'conflict', 'quota-exceeded']);
  fc.assert(
    fc.property(fc.oneof(fc.array(change), fc.jsonValue()), fc.constantFrom('v2.0', 'v2.1'), (body, dialect) => {
      expect(expected).toContain(findCode(() => patched(body, dialect)));
    }),
  );
});
