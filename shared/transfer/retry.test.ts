import { expect, test } from 'vitest';
import { backoff, hurryEvent, withRetries } from './retry.ts';

const quick = { attempts: 3, first: 1, most: 1 };

test('pauses double up to the most, give or take a quarter', () => {
  const limits = { first: 100, most: 1000 };
  expect([1, 2, 3, 4, 5, 6].map((attempt) => backoff(attempt, limits, 0.5))).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect([backoff(1, limits, 0), backoff(1, limits, 1)]).toEqual([75, 125]);
});

test('what may pass is tried again, as often as allowed', async () => {
  const tried: number[] = [];
  const work = (attempt: number): Promise<never> => {
    tried.push(attempt);
    return Promise.reject(new Error(`attempt ${attempt}`));
  };
  await expect(withRetries(work, { ...quick, mayPass: () => true })).rejects.toThrow('attempt 3');
  await expect(withRetries(work, { ...quick, mayPass: () => false })).rejects.toThrow('attempt 1');
  expect(tried).toEqual([1, 2, 3, 1]);
});

test('who is interrupted does not wait for the next attempt', async () => {
  const controller = new AbortController();
  const waiting = withRetries(() => Promise.reject(new Error('down')), {
    attempts: 2,
    first: 60_000,
    most: 60_000,
    mayPass: () => true,
    signal: controller.signal,
  });
  setImmediate(() => controller.abort(new Error('interrupted')));
  await expect(waiting).rejects.toThrow('interrupted');
});

test('who is told to hurry tries again at once, and hears nothing of it later', async () => {
  const hurry = new EventTarget();
  const tried: number[] = [];
  const done = withRetries(
    async (attempt) => {
      tried.push(attempt);
      if (attempt === 1) throw new Error('down');
      return 'up';
    },
    { attempts: 2, first: 60_000, most: 60_000, mayPass: () => true, hurry },
  );
  setImmediate(() => hurry.dispatchEvent(new Event(hurryEvent)));
  expect([await done, tried]).toEqual(['up', [1, 2]]);
  hurry.dispatchEvent(new Event(hurryEvent));
  expect(tried).toEqual([1, 2]);
});
