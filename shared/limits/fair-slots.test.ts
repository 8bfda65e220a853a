import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createSlots } from './fair-slots.ts';

const never = new AbortController().signal;
function gate() {
  return Promise.withResolvers<void>();
}

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

describe('a slot that is kept', () => {
  const done = () => Promise.resolve('done');

  test('is had by the next step of the same image, before all who wait', async () => {
    const slots = createSlots(1);
    await slots.use('a', never, done, { image: 'first' });
    const began: string[] = [];
    const other = slots.use('a', never, async () => void began.push('other'));
    await Promise.resolve();
    expect([slots.busy, slots.waiting, began]).toEqual([1, 1, []]);
    await slots.use('a', never, async () => void began.push('first'), { image: 'first', when: () => false });
    await other;
    expect(began).toEqual(['first', 'other']);
  });

  test('is free when the image has ended', async () => {
    const slots = createSlots(1);
    await slots.use('a', never, done, { image: 'first' });
    slots.leave('first');
    slots.leave('first');
    slots.leave('unknown');
    expect(slots.busy).toBe(0);
  });

  test('is free when its next step does not come soon', async () => {
    vi.useFakeTimers();
    try {
      const slots = createSlots(1);
      await slots.use('a', never, done, { image: 'first' });
      const other = slots.use('b', never, done);
      vi.advanceTimersByTime(60_000);
      expect(await other).toBe('done');
      expect(slots.busy).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is none of work that throws, nor of work that has only looked whether it can begin', async () => {
    const slots = createSlots(1);
    await expect(
      slots.use('a', never, () => Promise.reject(new Error('broken')), { image: 'first' }),
    ).rejects.toThrow();
    expect(slots.busy).toBe(0);
    await slots.use('a', never, done, { image: 'first', when: () => false });
    expect(slots.busy).toBe(0);
  });
});

describe('fair by project', () => {
  /** At most a thousand turns: the test ends each work, the oldest first. @returns the projects in the order in which their work started */
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

  test.each([1, 2, 4])('one image is taken up before any other of 50 bombs (%i slots)', async (count) => {
    const began = await begins(count, [...bombs(50), 'other']);
    expect(began.indexOf('other')).toBe(count);
    expect(began).toHaveLength(51);
  });

  test.each([2, 4])('one image waits for none of 50 bombs (%i slots)', async (count) => {
    const slots = createSlots(count);
    const { promise, resolve } = gate();
    const works = bombs(50).map((project) => slots.use(project, never, () => promise));
    const began: string[] = [];
    for (const project of ['one', 'two']) {
      works.push(
        slots.use(project, never, () => {
          began.push(project);
          return promise;
        }),
      );
    }
    await Promise.resolve();
    // There is one slot more, and not two: memory has an end.
    expect([began, slots.busy, slots.waiting]).toEqual([['one'], count + 1, 50 - count + 1]);
    resolve();
    await Promise.all(works);
    expect([slots.busy, slots.waiting]).toEqual([0, 0]);
  });

  test('every step of another project waits for one step of the first at most', async () => {
    const began = await begins(1, [...bombs(50), ...Array.from({ length: 5 }, () => 'other')]);
    expect(began.slice(0, 10)).toEqual(Array.from({ length: 5 }, () => ['bombs', 'other']).flat());
  });

  test('several projects take turns, the smaller ones are not behind the larger one', async () => {
    const began = await begins(2, [...bombs(20), 'a', 'b', 'c', 'a', 'b', 'c']);
    expect(began.slice(0, 9).join(' ')).toBe('bombs bombs a b c bombs a b c');
  });

  test('who is alone may have all slots, and no more', async () => {
    const slots = createSlots(3);
    const { promise, resolve } = gate();
    const works = bombs(4).map((project) => slots.use(project, never, () => promise));
    expect([slots.busy, slots.waiting]).toEqual([3, 1]);
    resolve();
    await Promise.all(works);
  });

  test('in whatever order steps come, end and are cancelled', async () => {
    const project = fc.constantFrom('a', 'b', 'c', 'd');
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('comes' as const), project }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('ends' as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('is cancelled' as const), which: fc.nat() }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(event, { maxLength: 60 }), async (count, events) => {
        const slots = createSlots(count);
        type Step = { project: string; cancel: AbortController; end: () => void };
        const waiting = new Set<Step>();
        const working = new Set<Step>();
        const held = (of: string): number => [...working].filter((step) => step.project === of).length;
        const most = (): number => Math.max(0, ...[...working].map((step) => held(step.project)));
        const wrong: string[] = [];
        const begin = (step: Step): void => {
          waiting.delete(step);
          const own = held(step.project);
          if (working.size > count) wrong.push('two more');
          if (working.size === count && (own > 0 || most() < 2)) wrong.push('one more without need');
          if ([...waiting].some((other) => held(other.project) < own)) wrong.push('before who has fewer');
          working.add(step);
        };
        const works: Promise<unknown>[] = [];
        const settle = async (): Promise<void> => {
          for (let turn = 0; turn < 5; turn++) await Promise.resolve();
          expect(wrong).toEqual([]);
          expect([slots.busy, slots.waiting]).toEqual([working.size, waiting.size]);
          // Nobody waits without need.
          if (waiting.size > 0) expect(working.size).toBeGreaterThanOrEqual(count);
          const none = [...waiting].some((step) => held(step.project) === 0);
          if (none && most() > 1) expect(working.size).toBe(count + 1);
        };
        const end = (step: Step | undefined): void => {
          if (step && working.delete(step)) step.end();
        };
        for (const each of events) {
          if (each.kind === 'comes') {
            const { promise, resolve } = gate();
            const step: Step = { project: each.project, cancel: new AbortController(), end: resolve };
            waiting.add(step);
            const work = slots.use(each.project, step.cancel.signal, () => {
              begin(step);
              return promise;
            });
            works.push(work.catch(() => undefined));
          } else if (each.kind === 'ends') end([...working][each.which % working.size]);
          else {
            const step = [...waiting][each.which % waiting.size];
            if (step) waiting.delete(step);
            step?.cancel.abort();
          }
          await settle();
        }
        for (const step of waiting) step.cancel.abort();
        waiting.clear();
        while (working.size > 0) {
          end([...working][0]);
          await settle();
        }
        await Promise.all(works);
        expect([slots.busy, slots.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 1000 },
    );
  });
});
