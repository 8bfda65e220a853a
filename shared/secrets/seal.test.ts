import { expect, test } from 'vitest';
import { deriveKey, seal, unseal } from './seal.ts';

test('only the secret opens it, and only as it was', () => {
  const sealed = seal('grüße', 'secret');
  expect(unseal(sealed, 'secret')).toBe('grüße');
  expect(seal('grüße', 'secret')).not.toEqual(sealed);
  expect(unseal(sealed, 'another')).toBeUndefined();
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(unseal(changed, 'secret')).toBeUndefined();
  }
  for (const length of [0, 11, 12, 27, sealed.length - 1]) {
    expect(unseal(sealed.subarray(0, length), 'secret')).toBeUndefined();
  }
});

test('it opens only for the place that it was sealed for', () => {
  const sealed = seal('x', 'secret', 'row 1');
  expect(unseal(sealed, 'secret', 'row 1')).toBe('x');
  expect(unseal(sealed, 'secret', 'row 2')).toBeUndefined();
  expect(unseal(sealed, 'secret')).toBeUndefined();
});

test('a key for each purpose', () => {
  expect(deriveKey('secret', 'a')).toEqual(deriveKey('secret', 'a'));
  expect(deriveKey('secret', 'a')).not.toEqual(deriveKey('secret', 'b'));
  expect(deriveKey('secret', 'a')).not.toEqual(deriveKey('other', 'a'));
});
