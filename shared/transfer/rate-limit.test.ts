import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

/** A clock that waits move on, at once. */
function world(rate: number) {
  let seconds = 0;
  const limit = createRateLimit(
    rate,
    () => seconds,
    async (milliseconds) => {
      seconds += milliseconds / 1000;
    },
  );
  return { limit, seconds: () => seconds, idle: (more: number) => (seconds += more) };
}

test('what goes in a time is never more than the rate and one burst', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.array(
        fc.record({ bytes: fc.integer({ min: 0, max: 10 ** 8 }), idle: fc.double({ min: 0, max: 5, noNaN: true }) }),
      ),
      async (rate, takes) => {
        const { limit, seconds, idle } = world(rate);
        let taken = 0;
        for (const take of takes) {
          idle(take.idle);
          await limit.take(take.bytes);
          taken += take.bytes;
          expect(taken).toBeLessThanOrEqual(rate * (seconds() + 0.25) * (1 + 1e-9) + 1);
        }
      },
    ),
  );
});

test('lanes that take at once share the rate', async () => {
  const { limit, seconds } = world(1000);
  await Promise.all(Array.from({ length: 8 }, () => limit.take(1000)));
  expect(seconds()).toBeCloseTo(7.75);
});

test('a lane that gives up holds up no other', async () => {
  const limit = createRateLimit(1);
  const controller = new AbortController();
  const given = limit.take(1000, controller.signal);
  controller.abort(new Error('interrupted'));
  await expect(given).rejects.toThrow('interrupted');
  await expect(limit.take(0, AbortSignal.abort(new Error('asked')))).rejects.toThrow('asked');
});
