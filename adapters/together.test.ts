import { expect, test } from 'vitest';
import { together } from './together.ts';

const counted = { most: 5, readSize: (item: number) => item };
function moment() {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

test('a single call is served at once, and calls that come while it runs are served together', async () => {
  const calls: (readonly number[])[] = [];
  const double = together(async (items: readonly number[]) => {
    calls.push(items);
    await moment();
    return items.map((item) => 2 * item);
  }, counted);
  expect(await double(1)).toBe(2);
  await moment();
  expect(await Promise.all([1, 2, 3, 9, 1, 1].map(double))).toEqual([2, 4, 6, 18, 2, 2]);
  expect(calls).toEqual([[1], [1], [2, 3], [9], [1, 1]]);
});

test('what fails for one alone fails for no other', async () => {
  const strict = together(
    async (items: readonly number[]) => {
      await moment();
      if (items.includes(0)) throw new Error(`of ${items.length}`);
      return items;
    },
    { most: 100, readSize: () => 1 },
  );
  const answers = await Promise.allSettled([1, 2, 0, 3].map(strict));
  expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.message))).toEqual([
    ...[1, 2, 'of 1', 3],
  ]);
  expect(await strict(4)).toBe(4);
});
