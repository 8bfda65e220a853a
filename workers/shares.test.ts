import { expect, test } from 'vitest';
import { createSlots } from '../shared/limits/fair-slots.ts';
import { createShares, whetherItStandsBack } from './shares.ts';

const never = new AbortController().signal;

/** Steps that last until the test ends them. */
function worker() {
  const shares = createShares();
  const slots = { scan: createSlots(4, shares), heavy: createSlots(2, shares) };
  return {
    slots,
    /** @returns whether its project stands back, once it works, and how it ends */
    begins: (project: string, kind: keyof typeof slots = 'heavy') => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let standsBack: (() => boolean) | undefined;
      const work = slots[kind].use(project, never, () => {
        standsBack = whetherItStandsBack();
        return promise;
      });
      return {
        standsBack: (): boolean | undefined => standsBack?.(),
        end: () => {
          resolve();
          return work;
        },
      };
    },
  };
}
function all(steps: { standsBack(): boolean | undefined }[]) {
  return steps.map((step) => step.standsBack());
}

test('who is alone does not stand back, however much it wants', async () => {
  const { begins } = worker();
  const steps = [begins('bombs'), begins('bombs'), begins('bombs', 'scan')];
  await Promise.resolve();
  expect(all(steps)).toEqual([false, false, false]);
});

test('who has more steps stands back as soon as another comes, and until that has gone', async () => {
  const { begins } = worker();
  const bombs = [begins('bombs'), begins('bombs')];
  const other = begins('other');
  await Promise.resolve();
  expect([...all(bombs), other.standsBack()]).toEqual([true, true, false]);
  await other.end();
  expect(all(bombs)).toEqual([false, false]);
});

test('steps that wait count, and those of every kind', async () => {
  const { begins } = worker();
  const bombs = [begins('bombs', 'scan')];
  const other = begins('other', 'scan');
  await Promise.resolve();
  expect([...all(bombs), other.standsBack()]).toEqual([false, false]);
  for (let more = 0; more < 5; more++) bombs.push(begins('bombs'));
  expect([bombs[0]?.standsBack(), bombs[5]?.standsBack(), other.standsBack()]).toEqual([true, undefined, false]);
});

test('two that want alike share alike', async () => {
  const { begins } = worker();
  const steps = ['a', 'b', 'a', 'b'].map((project) => begins(project, 'scan'));
  await Promise.resolve();
  expect(all(steps)).toEqual([false, false, false, false]);
});

test('a step that fails or is cancelled has ended', async () => {
  const { begins, slots } = worker();
  await expect(slots.heavy.use('a', never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const steps = [begins('b'), begins('b')];
  const cancel = new AbortController();
  const waiting = slots.heavy.use('c', cancel.signal, () => Promise.resolve());
  const more = slots.heavy.use('c', cancel.signal, () => Promise.resolve());
  cancel.abort(new Error('cancelled'));
  await Promise.allSettled([waiting, more]);
  expect(all(steps)).toEqual([false, false]);
  expect(whetherItStandsBack()()).toBe(false);
});
