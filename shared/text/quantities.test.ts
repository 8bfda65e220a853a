import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatPercent, formatTime } from './quantities.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [1.25 * 1024 ** 3, '1.3 GiB'],
  [2048 * 1024 ** 4, '2.0 PiB'],
  [99.94 * 1024, '99.9 KiB'],
  [99.96 * 1024, '100 KiB'],
  [1000 * 1024 ** 2, '1000 MiB'],
  [1023.4 * 1024, '1023 KiB'],
  [1023.5 * 1024, '1.0 MiB'],
  [5000 * 1024 ** 5, '5000 PiB'],
])('%i bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('in German with a comma', () => {
  expect([1, 1536].map((bytes) => formatBytes(bytes, 'de'))).toEqual(['1 Byte', '1,5 KiB']);
});

test.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.7, '1 min 0 s'],
  [134, '2 min 14 s'],
  [3599.6, '1 h 0 min'],
  [3780, '1 h 3 min'],
  [10 * 86_400, '10 days'],
  [-1, '0.0 s'],
])('%f seconds are shown as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('a percentage says 100 only when all is done', () => {
  expect(formatPercent(999, 1000)).toBe('99 %');
  expect(formatPercent(1000, 1000)).toBe('100 %');
  expect(formatPercent(628, 1000)).toBe('62 %');
  expect(formatPercent(0, 0)).toBe('100 %');
});

test('times are told in the time zone of the reader', () => {
  const local = new Date(2026, 2, 5, 7, 8);
  expect(formatTime(local.toISOString())).toBe('2026-03-05 07:08');
});
