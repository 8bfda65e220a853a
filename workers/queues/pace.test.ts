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
    { most: 2, mostBeside: 1, countsForMs: 1000, heldForMs: 10_000, everyMs: 250 },
  );
  const start = (runId: string) => pace.start(run(runId));
  return { started, admitted, known, warned, down, start };
}
/** Named after its project. */
function run(runId: string): StartRun {
  return { runId, projectId: runId.slice(0, 1), workflowId: runId, imageId: runId, name: runId };
}
const turn = () => vi.advanceTimersByTimeAsync(250);

test('a project that is alone has so many in admission at once, in the order of arrival', async () => {
  const { started, admitted, start } = world();
  const answers = await Promise.all(['a1', 'a2', 'a3', 'a4', 'a5'].map(start));
  expect(answers).toEqual(['started', 'started', 'waits', 'waits', 'waits']);
  await turn();
  expect(started).toEqual(['a1', 'a2']);
  admitted.add('a2');
  await turn();
  expect(started).toEqual(['a1', 'a2', 'a3']);
  expect([await start('a3'), await start('a4')]).toEqual(['known', 'waits']);
  for (const id of ['a1', 'a3']) admitted.add(id);
  await turn();
  expect(started.slice(3)).toEqual(['a4', 'a5']);
});

test('another project starts at once; while it is there, each has fewer at once, and not in quick succession', async () => {
  const { started, admitted, start } = world();
  for (const id of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) await start(id);
  expect(await start('b1')).toBe('started');
  expect(await start('b2')).toBe('waits');
  admitted.add('a1').add('a2').add('b1');
  await vi.advanceTimersByTimeAsync(750);
  expect(started).toEqual(['a1', 'a2', 'b1']);
  await turn();
  expect(started.slice(3)).toEqual(['a3', 'b2']);
  admitted.add('a3').add('b2');
  await vi.advanceTimersByTimeAsync(750);
  expect(started.slice(5)).toEqual([]);
  await turn();
  expect(started.slice(5)).toEqual(['a4']);
  // The other one has started nothing for a minute.
  admitted.add('a4').add('a5');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(started.slice(6)).toEqual(['a5', 'a6']);
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
  const { started, admitted, down, warned, start } = world();
  for (const id of ['a1', 'a2', 'a3']) await start(id);
  down.temporal = true;
  await expect(start('b1')).rejects.toMatchObject({ code: 'unavailable' });
  admitted.add('a1');
  await turn();
  await turn();
  expect([started, warned.length]).toEqual([['a1', 'a2'], 1]);
  down.temporal = false;
  expect(await start('a3')).toBe('started');
  expect(await start('b1')).toBe('started');
});
