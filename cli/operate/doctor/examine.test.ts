import { expect, test } from 'vitest';
import type { Config } from '../../../shared/config.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { compareClocks } from './clock.ts';
import type { Dependency } from './dependency.ts';
import { examine } from './examine.ts';

const config = {} as Config;
function dependency(work: Dependency['examine'], seconds = 5): Dependency {
  return {
    name: 'weather',
    seconds,
    remedy: 'Open the window.',
    examine: work,
  };
}

test('lines keep their order', async () => {
  const { diagnoses, late } = await examine(
    dependency(({ say }) => {
      say.warning('It rains.', 'Take a coat.');
      say.ok('There is weather.');
      return Promise.resolve();
    }),
    config,
  );
  expect(late).toBe(false);
  expect(diagnoses).toEqual([
    { dependency: 'weather', outcome: 'warning', message: 'It rains.', remedy: 'Take a coat.' },
    { dependency: 'weather', outcome: 'ok', message: 'There is weather.' },
  ]);
});

test('an error of ours brings its own remedy, another one that of the dependency', async () => {
  const ours = new BootreadyError({ code: 'unavailable', message: 'No sky.', remedy: 'Look up.' });
  expect(
    (
      await examine(
        dependency(() => Promise.reject(ours)),
        config,
      )
    ).diagnoses,
  ).toMatchObject([{ outcome: 'failed', message: 'No sky.', remedy: 'Look up.' }]);
  const wrapped = new TypeError('fetch failed', {
    cause: new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]),
  });
  expect(
    (
      await examine(
        dependency(() => Promise.reject(wrapped)),
        config,
      )
    ).diagnoses,
  ).toMatchObject([{ outcome: 'failed', message: 'It fails: nothing listens there.', remedy: 'Open the window.' }]);
});

test('a check that does not answer fails after its earlier lines, and later lines are ignored', async () => {
  let speak: (() => void) | undefined;
  const { diagnoses, late } = await examine(
    dependency(({ say, signal }) => {
      say.warning('It rains.', 'Take a coat.');
      speak = () => say.ok('Never mind.');
      expect(signal.aborted).toBe(false);
      return new Promise(() => undefined);
    }, 0.05),
    config,
  );
  speak?.();
  expect(late).toBe(true);
  expect(diagnoses.map(({ outcome, message, remedy }) => [outcome, message, remedy])).toEqual([
    ['warning', 'It rains.', 'Take a coat.'],
    ['failed', 'It did not answer within 0.05 seconds.', 'Open the window.'],
  ]);
});

test.each([
  { name: 'within the time that the question took', server: 1_005_000, says: undefined },
  { name: 'a little off', server: 1_025_000, says: undefined },
  { name: 'ahead', server: 1_130_000, says: 'Its clock is 120 seconds ahead of the clock of this host.' },
  { name: 'behind', server: 900_000, says: 'Its clock is 100 seconds behind the clock of this host.' },
])('clocks: $name', ({ server, says }) => {
  const said: string[] = [];
  const say = { ok: () => undefined, failed: () => undefined, warning: (message: string) => void said.push(message) };
  compareClocks(say, new Date(server), { asked: 1_000_000, answered: 1_010_000 });
  expect(said).toEqual(says ? [says] : []);
});
