import { expect, test } from 'vitest';
import { createTransferMeter } from './transfer-meter.ts';

test('the time left follows from the speed of this transfer, not from what was there before', () => {
  const meter = createTransferMeter({ total: 1000, done: 600, now: 100 });
  for (let second = 1; second <= 10; second++) meter.reached(600 + second * 10, 100 + second);
  expect(meter.reading(110)).toEqual({ done: 700, total: 1000, speed: 10, secondsLeft: 30 });
});

test('nothing is said of the speed within the first second', () => {
  const meter = createTransferMeter({ total: 1000, done: 0, now: 0 });
  meter.reached(500, 0.5);
  expect(meter.reading(0.9)).toMatchObject({ speed: undefined, secondsLeft: undefined });
});

test('a change of speed shows within the window', () => {
  const meter = createTransferMeter({ total: 100_000, done: 0, now: 0 });
  for (let second = 1; second <= 100; second++) meter.reached(second * 100, second);
  for (let second = 1; second <= 30; second++) meter.reached(10_000 + second * 10, 100 + second);
  expect(meter.reading(130).speed).toBeCloseTo(10, 5);
});

test('a connection that stands still has no time left to tell, and none that sends again a negative speed', () => {
  const meter = createTransferMeter({ total: 100, done: 0, now: 0 });
  meter.reached(50, 1);
  meter.reached(0, 2);
  expect(meter.reading(3)).toEqual({ done: 0, total: 100, speed: 0, secondsLeft: undefined });
});
