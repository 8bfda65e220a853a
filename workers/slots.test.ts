import { describe, expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;
const gate = () => Promise.withResolvers<void>();

test('no more than the given number works at once, in order of arrival', async () => {
  const slots = createSlots(2);
  const gates = [gate(), gate(), gate(), gate()];
  const began: number[] = [];
  const works = gates.map(({ promise }, index) =>
    slots.use('a', never, () => {
      began.push(index);
      return promise;
    }),
  );
  await Promise.resolve();
  expect(began).toEqual([0, 1]);
  gates[1]?.resolve();
  await works[1];
  await Promise.resolve();
  expect(began).toEqual([0, 1, 2]);
  for (const { resolve } of gates) resolve();
  await Promise.all(works);
  expect(began).toEqual([0, 1, 2, 3]);
});

test('who is cancelled while waiting leaves the queue and takes no slot', async () => {
  const slots = createSlots(1);
  const first = gate();
  const working = slots.use('a', never, () => first.promise);
  const controller = new AbortController();
  const waiting = slots.use('a', controller.signal, () => Promise.resolve('worked'));
  controller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  first.resolve();
  await working;
  expect(await slots.use('a', never, () => Promise.resolve('free again'))).toBe('free again');
});

test('a slot comes back when the work throws', async () => {
  const slots = createSlots(1);
  await expect(slots.use('a', never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await slots.use('a', never, () => Promise.resolve(1))).toBe(1);
});

describe('fair by project', () => {
  /** A thousand turns at most: each work ends when it is told to, the oldest first. @returns whose work began, in order */
  const begins = async (count: number, asked: string[]) => {
    const slots = createSlots(count);
    const began: string[] = [];
    const running: (() => void)[] = [];
    const works = asked.map((project) =>
      slots.use(project, never, () => {
        began.push(project);
        const { promise, resolve } = gate();
        running.push(resolve);
        return promise;
      }),
    );
    for (let turn = 0; turn < 1000; turn++) {
      await Promise.resolve();
      running.shift()?.();
    }
    await Promise.all(works);
    expect([slots.busy, slots.waiting]).toEqual([0, 0]);
    return began;
  };
  const bombs = (count: number) => Array.from({ length: count }, () => 'bombs');

  test.each([1, 2, 4])('one image is taken up after the first step of 50 bombs that ends (%i slots)', async (count) => {
    const began = await begins(count, [...bombs(50), 'other']);
    expect(began.indexOf('other')).toBe(count);
    expect(began).toHaveLength(51);
  });

  test('every step of another project waits for one step of the first at most', async () => {
    const began = await begins(1, [...bombs(50), ...Array.from({ length: 5 }, () => 'other')]);
    expect(began.slice(0, 10)).toEqual(Array.from({ length: 5 }, () => ['bombs', 'other']).flat());
  });

  test('several projects take turns, the smaller ones are not behind the larger one', async () => {
    const began = await begins(2, [...bombs(20), 'a', 'b', 'c', 'a', 'b', 'c']);
    expect(began.slice(0, 9).join(' ')).toBe('bombs bombs a b c bombs a b c');
  });

  test('who is alone may have all slots', async () => {
    const slots = createSlots(3);
    const { promise, resolve } = gate();
    const works = bombs(3).map((project) => slots.use(project, never, () => promise));
    expect([slots.busy, slots.waiting]).toEqual([3, 0]);
    resolve();
    await Promise.all(works);
  });
});
