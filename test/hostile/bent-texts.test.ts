import { afterAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { foreignTask } from '../../shared/ports/foreign.ts';
import { measureLag } from '../support/lag.ts';
import { bends } from './bends.ts';
import { echo } from './echo.ts';
import { parsers } from './parsers.ts';

/** Every kind of foreign bytes, bent in every kind of way, from 1 KiB to the largest that is taken: all is over soon, and nobody else notices. */

const KiB = 1024;
const parse = foreignTask<typeof import('./parsers.ts').parseBent>(import.meta.url, './parsers.ts', 'parseBent', {
  partSeconds: 10,
  totalSeconds: 60,
  answerBytes: 1024 ** 2,
});
const door = openForeignDoor({ keepReady: [parse.module] });
afterAll(() => door.close());

function sizes(most: number): number[] {
  return [...new Set([KiB, 64 * KiB, most].map((size) => Math.min(size, most)))];
}
const cases = Object.entries(parsers).flatMap(([parser, { most }]) => sizes(most).map((size) => ({ parser, size })));

test('there are more than three hundred cases', () => {
  expect(cases.length * Object.keys(bends).length).toBeGreaterThan(300);
});

describe('each bend is over within seconds, and disturbs nobody', () => {
  // A machine that others use lags too: the best of three counts.
  test.each(cases)('$parser, $size bytes', { retry: 2 }, async (input) => {
    const { value, lag } = await measureLag(() => Promise.all([door.run(parse, input, {}), door.run(echo, 1, {})]));
    const [bent, neighbour] = value;
    expect(bent).toMatchObject({ state: 'done' });
    if (bent.state === 'done') {
      expect(bent.value).toHaveLength(Object.keys(bends).length);
      expect(bent.value.filter(({ milliseconds }) => milliseconds > 3000)).toEqual([]);
    }
    expect(neighbour).toEqual({ state: 'done', value: 1 });
    expect(lag).toBeLessThanOrEqual(200);
  });
});
