import { expect, test } from 'vitest';
import { readAmount, toText } from './amount.ts';

const GiB = 1024 ** 3;

test.each([
  ['', GiB, null],
  ['  ', 1, null],
  ['12', 1, 12],
  ['1,5', GiB, 1.5 * GiB],
  ['0.5', GiB, GiB / 2],
  ['0', 1, undefined],
  ['0,3', 1, undefined],
  ['-1', 1, undefined],
  ['many', 1, undefined],
  ['1e9', 1, undefined],
  ['999999999999', GiB, undefined],
])('"%s" in units of %d is %s', (text, unit, amount) => {
  expect(readAmount(text, unit)).toBe(amount);
});

test('an amount keeps its typed form', () => {
  expect(toText(null, GiB)).toBe('');
  expect(toText(1.5 * GiB, GiB)).toBe('1.5');
  expect(toText(20, 1)).toBe('20');
});
