import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;
const gate = () => Promise.withResolvers<void>();

test('no more than the given number works at once, in order of arrival', async () => {
  const slots = createSlots(2);
  const gates = [gate(), gate(), gate(), gate()];
  const began: number[] = [];
  const works = gates.map(({ promise }, index) =>
    slots.use(never, () => {
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
  const working = slots.use(never, () => first.promise);
  const controller = new AbortController();
  const waiting = slots.use(controller.signal, () => Promise.resolve('worked'));
  controller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  first.resolve();
  await working;
  expect(await slots.use(never, () => Promise.resolve('free again'))).toBe('free again');
});

test('a slot comes back when the work throws', async () => {
  const slots = createSlots(1);
  await expect(slots.use(never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await slots.use(never, () => Promise.resolve(1))).toBe(1);
});
