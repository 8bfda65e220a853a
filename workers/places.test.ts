import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPlaces, type Places } from './places.ts';

const never = new AbortController().signal;

/** As Temporal asks: a reservation, then perhaps something that begins with it. */
async function begin(places: Places, name: string, beyond = 0): Promise<void> {
  const reservation = await places.reserve(beyond, never);
  places.begin(name);
  places.giveBack(reservation);
}
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  return settled;
}

test('no more begin than there are places for; one that ends lets the next one begin', async () => {
  const places = createPlaces(2, 1000);
  await begin(places, 'a');
  await begin(places, 'b');
  const third = places.reserve(0, never);
  expect([places.taken, await isSettled(third)]).toEqual([2, false]);
  places.end('a');
  expect(await isSettled(third)).toBe(true);
});

test('what was reserved counts until it is given back', async () => {
  const places = createPlaces(1, 1000);
  const first = await places.reserve(0, never);
  const second = places.reserve(0, never);
  expect(await isSettled(second)).toBe(false);
  // Nothing came.
  places.giveBack(first);
  expect(await isSettled(second)).toBe(true);
});

test('those that may go beyond do so, and a queue that has nothing holds no other up', async () => {
  const places = createPlaces(1, 1000);
  const idle = await places.reserve(1, never);
  await begin(places, 'a');
  const [plain, beyond] = [places.reserve(0, never), places.reserve(1, never)];
  expect([await isSettled(plain), await isSettled(beyond)]).toEqual([false, false]);
  places.giveBack(idle);
  expect([await isSettled(plain), await isSettled(beyond)]).toEqual([false, true]);
});

test('who no longer asks takes none', async () => {
  const places = createPlaces(1, 1000);
  await begin(places, 'a');
  const asking = new AbortController();
  const left = places.reserve(0, asking.signal);
  asking.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  await expect(places.reserve(0, asking.signal)).rejects.toThrow('left');
  places.end('a');
  await begin(places, 'b');
  expect(places.taken).toBe(1);
});

describe('an image', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('that has no step for long is counted no more, for it is on another worker', async () => {
    const places = createPlaces(1, 1000);
    places.begin('a');
    vi.advanceTimersByTime(999);
    expect(places.taken).toBe(1);
    vi.advanceTimersByTime(1);
    expect(places.taken).toBe(0);
  });

  test('keeps its place while a step goes on, however long, and for a while after the last of those that go on beside each other', async () => {
    const places = createPlaces(1, 1000);
    places.begin('a');
    const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const steps = [places.during('a', () => one.promise), places.during('a', () => two.promise)];
    vi.advanceTimersByTime(100_000);
    one.resolve();
    await steps[0];
    vi.advanceTimersByTime(100_000);
    expect(places.taken).toBe(1);
    two.resolve();
    await steps[1];
    vi.advanceTimersByTime(999);
    expect(places.taken).toBe(1);
    vi.advanceTimersByTime(1);
    expect(places.taken).toBe(0);
  });

  test('that has ended takes no place by a step that ends after it', async () => {
    const places = createPlaces(1, 1000);
    const late = Promise.withResolvers<void>();
    const step = places.during('a', () => late.promise);
    places.end('a');
    late.reject(new Error('cancelled'));
    await expect(step).rejects.toThrow('cancelled');
    expect(places.taken).toBe(0);
  });
});
