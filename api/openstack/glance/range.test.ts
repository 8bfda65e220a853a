import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRange } from './range.ts';

test.each([
  [undefined, undefined],
  ['bytes=0-4', { offset: 0, length: 5 }],
  ['bytes=5-', { offset: 5, length: 5 }],
  ['bytes=-3', { offset: 7, length: 3 }],
  ['bytes=-30', { offset: 0, length: 10 }],
  ['bytes=8-100', { offset: 8, length: 2 }],
  ['bytes=0-1,3-4', undefined],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=4-2', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=-', 'unsatisfiable'],
  ['bytes=a-b', 'unsatisfiable'],
  ['lines=1-2', 'unsatisfiable'],
])('%s of ten bytes', (header, expected) => {
  expect(readRange(header, 10)).toEqual(expected);
});

test('a range that is served lies within the bytes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (first, last, size) => {
      for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const range = readRange(header, size);
        if (range === undefined || range === 'unsatisfiable') continue;
        expect(range.length).toBeGreaterThan(0);
        expect(range.offset + range.length).toBeLessThanOrEqual(size);
      }
    }),
  );
});
