import { expect, test } from 'vitest';
import { formatMessage, readParams } from './message.ts';

const checks = '{count, plural, one {# check passed} other {# checks passed}}';

test.each([
  [1, '1 check passed'],
  [0, '0 checks passed'],
  [1234, '1,234 checks passed'],
])('counts %i in the plural that it needs', (count, words) => {
  expect(formatMessage(checks, 'en', { count })).toBe(words);
});

test('writes amounts of bytes as the language does, and keeps what is no number', () => {
  expect(formatMessage('{size, number, bytes}', 'de', { size: 1536 })).toBe('1,5 KiB');
  expect(formatMessage('{size, number, bytes}', 'en', { size: 'nothing' })).toBe('nothing');
});

test('takes params as they are: a number without separators, braces and tags as text', () => {
  expect(formatMessage('{a} <b> {c}', 'en', { a: 1234, c: '{d}</b>' })).toBe('1234 <b> {d}</b>');
});

test('shows the name of a param that is missing', () => {
  expect(formatMessage('{a}: {b, plural, one {one {c}} other {many {c}}}', 'en', { a: 'x' })).toBe('x: many {c}');
  expect(readParams('{b, plural, one {one {c}} other {many {a}}}')).toEqual(['a', 'b', 'c']);
});

test('refuses a text that is no message', () => {
  expect(() => formatMessage('{count, plural, one {x}}', 'en')).toThrow();
});
