import { expect, test } from 'vitest';
import { seal, unseal } from './seal.ts';

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
