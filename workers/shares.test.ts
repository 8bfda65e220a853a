import { expect, test } from 'vitest';
import { createSlots } from '../shared/fair-slots.ts';
import { createShares, whetherItStandsBack } from './shares.ts';

/** A worker whose clock goes as it is told to. */
const worker = () => {
  let ms = 0;
  const shares = createShares(() => ms);
  return {
    passes: (seconds: number): void => {
      ms += seconds * 1000;
    },
    /** A step begins. @returns whether its project stands back, asked again at each call, and how it ends */
    begins: (project: string): { standsBack(): boolean; end(): Promise<void> } => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let standsBack = (): boolean => false;
      const work = shares.use(project, () => {
        standsBack = whetherItStandsBack();
        return promise;
      });
      return {
        standsBack: () => standsBack(),
        end: () => {
          resolve();
          return work;
        },
      };
    },
  };
};

test('who is alone does not stand back, however much it uses', () => {
  const { begins, passes } = worker();
  const steps = [begins('bombs'), begins('bombs')];
  passes(10_000);
  expect(steps.map((step) => step.standsBack())).toEqual([false, false]);
});

test('who has used more than twice as much stands back as soon as another comes, and until it has gone', async () => {
  const { begins, passes } = worker();
  const bombs = [begins('bombs'), begins('bombs')];
  passes(20);
  const other = begins('other');
  expect([...bombs.map((step) => step.standsBack()), other.standsBack()]).toEqual([true, true, false]);
  passes(10);
  await other.end();
  // Its next step may be to come.
  passes(1);
  expect(bombs[0]?.standsBack()).toBe(true);
  passes(3);
  expect(bombs[0]?.standsBack()).toBe(false);
});

test('two that use alike share alike', () => {
  const { begins, passes } = worker();
  const steps = ['a', 'b', 'a', 'b'].map((project) => begins(project));
  for (const seconds of [0, 1, 10, 1000]) {
    passes(seconds);
    expect(steps.map((step) => step.standsBack())).toEqual([false, false, false, false]);
  }
});

test('what was used is forgotten: who stood back once is heard again beside who goes on', async () => {
  const { begins, passes } = worker();
  const long = begins('first');
  passes(3600);
  await long.end();
  const first = begins('first');
  const then = begins('then');
  passes(60);
  expect([first.standsBack(), then.standsBack()]).toEqual([true, false]);
  passes(600);
  expect([first.standsBack(), then.standsBack()]).toEqual([false, false]);
});

test('work that fails has ended; and nothing stands back that is nobody’s', async () => {
  const shares = createShares(() => 0);
  await expect(shares.use('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(whetherItStandsBack()()).toBe(false);
});

test('slots count for the shares they are given, each kind of them', async () => {
  let ms = 0;
  const shares = createShares(() => ms);
  const never = new AbortController().signal;
  const [scan, heavy] = [createSlots(4, shares), createSlots(2, shares)];
  const asked = (): Promise<boolean> => heavy.use('bombs', never, async () => whetherItStandsBack()());
  const { promise, resolve } = Promise.withResolvers<void>();
  const works = [1, 2, 3].map(() => scan.use('bombs', never, () => promise));
  await heavy.use('other', never, async () => {
    ms += 1000;
    expect(await asked()).toBe(false);
    ms += 1000;
    // Six seconds to two.
    expect(await asked()).toBe(true);
  });
  resolve();
  await Promise.all(works);
});
