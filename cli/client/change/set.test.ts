import { expect, test } from 'vitest';
import { toChange } from './set.ts';

test('only what is named changes; a value may hold "=", or be empty', () => {
  expect(toChange({ minRam: 0, property: ['a=b=c', 'empty='], removeProperty: ['old'] })).toEqual({
    minRam: 0,
    properties: { a: 'b=c', empty: '', old: null },
  });
  expect(toChange({ name: ' Debian ' })).toEqual({ name: 'Debian' });
});

test.each([
  ['nothing', {}, /No change is given/],
  ['a property without a value', { property: ['os_distro'] }, /has no value/],
  ['one without a name', { property: ['=x'] }, /has no value/],
  ['one twice', { property: ['a=1', 'a=2'] }, /named twice/],
  ['one that is set and removed', { property: ['a=1'], removeProperty: ['a'] }, /named twice/],
  ['an empty name', { name: ' ' }, /name is empty/],
])('%s is wrong use', (_what, options, message) => {
  expect(() => toChange(options)).toThrow(message);
});
