import { expect, test } from 'vitest';
import { createTens, describeReading } from './transfer-progress.ts';

const MiB = 1024 ** 2;

test('progress shows percent, bytes, speed and time left', () => {
  expect(describeReading({ done: 62 * MiB, total: 100 * MiB, speed: 2 * MiB, secondsLeft: 19 })).toBe(
    '62 %  62.0 MiB of 100 MiB  2.0 MiB/s  19 s left',
  );
  expect(describeReading({ done: 0, total: 100 * MiB, speed: undefined, secondsLeft: undefined })).toBe(
    '0 %  0 bytes of 100 MiB',
  );
  expect(describeReading({ done: MiB, total: MiB, speed: MiB, secondsLeft: 0 })).toBe(
    '100 %  1.0 MiB of 1.0 MiB  1.0 MiB/s',
  );
});

test('every ten percent appears once, counted from where a continued transfer begins', () => {
  const isNewTen = createTens(62, 100);
  const told = [62, 65, 70, 68, 71, 95, 89, 99, 100].filter((bytes) => isNewTen(bytes));
  expect(told).toEqual([70, 95, 100]);
});
