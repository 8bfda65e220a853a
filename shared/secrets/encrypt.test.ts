import { expect, test } from 'vitest';
import { decrypt, deriveKey, encrypt } from './encrypt.ts';

test('only the secret opens it, and only as it was', () => {
  const encrypted = encrypt('grüße', 'secret');
  expect(decrypt(encrypted, 'secret')).toBe('grüße');
  expect(encrypt('grüße', 'secret')).not.toEqual(encrypted);
  expect(decrypt(encrypted, 'another')).toBeUndefined();
  for (let at = 0; at < encrypted.length; at++) {
    const changed = Buffer.from(encrypted);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(decrypt(changed, 'secret')).toBeUndefined();
  }
  for (const length of [0, 11, 12, 27, encrypted.length - 1]) {
    expect(decrypt(encrypted.subarray(0, length), 'secret')).toBeUndefined();
  }
});

test('it opens only for the place that it was encrypted for', () => {
  const encrypted = encrypt('x', 'secret', 'row 1');
  expect(decrypt(encrypted, 'secret', 'row 1')).toBe('x');
  expect(decrypt(encrypted, 'secret', 'row 2')).toBeUndefined();
  expect(decrypt(encrypted, 'secret')).toBeUndefined();
});

test('a key for each purpose', () => {
  expect(deriveKey('secret', 'a')).toEqual(deriveKey('secret', 'a'));
  expect(deriveKey('secret', 'a')).not.toEqual(deriveKey('secret', 'b'));
  expect(deriveKey('secret', 'a')).not.toEqual(deriveKey('other', 'a'));
});
