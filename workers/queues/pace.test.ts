import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BootreadyError } from '../../shared/errors.ts';
import type { StartRun } from '../../shared/ports/run-starter.ts';
import { createPace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Temporal and the database: what was started, in its order, and what was admitted of it. */
function world() {
  const started: string[] = [];
  const admitted = new Set<string>();
  const known = new Set<string>();
  const warned: unknown[] = [];
  const down = { temporal: false, database: false };
  const pace = createPace(
    {
      starter: {
        start: async ({ runId }) => {
          if (down.temporal) throw new BootreadyError({ code: 'unavailable', message: 'Temporal does not answer.' });
          if (known.has(runId)) return false;
          known.add(runId);
          started.push(runId);
          return true;
        },
        cancel: async () => true,
      },
      images: {
        inAdmission: async (ids) => {
          if (down.database) throw new Error('no database');
          return ids.filter((id) => !admitted.has(id));
        },
      },
      log: { info: () => undefined, warn: (...told) => void warned.push(told) },
    },
    { most: 2, heldForMs: 10_000, everyMs: 250 },
  );
  const start = (runId: string) => pace.start(run(runId));
  return { started, admitted, known, warned, down, pace, start };
}
/** Named after its project. */
function run(runId: string): StartRun {
  return { runId, projectId: runId.slice(0, 1), workflowId: runId, imageId: runId, name: runId };
}
const turn = () => vi.advanceTimersByTimeAsync(250);

test('a project has so many in admission at once, in the order of arrival; another project starts at once', async () => {
  const { started, admitted, start, pace } = world();
  expect(await Promise.all(['a1', 'a2', 'a3', 'a4', 'a5', 'b1'].map(start))).toEqual([
    'started',
    'started',
    'waits',
    'waits',
    'waits',
    'started',
  ]);
  await turn();
  expect(started).toEqual(['a1', 'a2', 'b1']);
  admitted.add('a2');
  await turn();
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
  expect([pace.waits('a3'), pace.waits('a4')]).toEqual([false, true]);
  for (const id of ['a1', 'a3', 'b1']) admitted.add(id);
  await turn();
  expect(started.slice(4)).toEqual(['a4', 'a5']);
});

test('a run that is told of twice is started once', async () => {
  const { started, admitted, start } = world();
  for (const id of ['a1', 'a2', 'a3']) await start(id);
  expect([await start('a1'), await start('a3')]).toEqual(['known', 'waits']);
  for (const id of ['a1', 'a2']) admitted.add(id);
  await turn();
  await turn();
  expect(started).toEqual(['a1', 'a2', 'a3']);
});

test('what Temporal knows already takes no place', async () => {
  const { known, started, start } = world();
  for (const id of ['a1', 'a2', 'a3']) known.add(id);
  for (const id of ['a1', 'a2', 'a3']) expect(await start(id)).toBe('known');
  expect(await start('a4')).toBe('started');
  expect(started).toEqual(['a4']);
});

test('a worker that admits nothing delays the others for a while only, also without the database', async () => {
  const { started, down, start } = world();
  down.database = true;
  for (const id of ['a1', 'a2', 'a3']) await start(id);
  await vi.advanceTimersByTimeAsync(9_500);
  expect(started).toEqual(['a1', 'a2']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toEqual(['a1', 'a2', 'a3']);
});

test('without Temporal the caller hears of it, and what waits is left to the sweep', async () => {
  const { started, admitted, down, warned, start, pace } = world();
  for (const id of ['a1', 'a2', 'a3']) await start(id);
  down.temporal = true;
  await expect(start('b1')).rejects.toMatchObject({ code: 'unavailable' });
  admitted.add('a1');
  await turn();
  await turn();
  expect([started, warned.length, pace.waits('a3')]).toEqual([['a1', 'a2'], 1, false]);
  down.temporal = false;
  expect(await start('a3')).toBe('started');
  expect(await start('b1')).toBe('started');
});
