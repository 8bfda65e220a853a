import { expect, test, vi } from 'vitest';
import { keepUsualSeconds } from './usual-seconds.ts';

const spans = { inspect: { from: 20, to: 40 } };

test('the database is asked once in ten minutes, and again at once after a failure', async () => {
  vi.useFakeTimers();
  const usualSeconds = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(spans);
  const usual = keepUsualSeconds({ usualSeconds });
  expect(await usual()).toEqual({});
  expect(await Promise.all([usual(), usual()])).toEqual([spans, spans]);
  expect(usualSeconds).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(9 * 60_000);
  await usual();
  expect(usualSeconds).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(2 * 60_000);
  await usual();
  expect(usualSeconds).toHaveBeenCalledTimes(3);
  vi.useRealTimers();
});
