import { expect, test } from 'vitest';
import type { ImageDetail } from '../../../shared/contracts/api.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { exitCodeOfRun, followRun, toChanges } from './follow.ts';

const never = new AbortController().signal;
function image(name: string): ImageDetail {
  return { name } as ImageDetail;
}
const down = new BootreadyError({ code: 'unavailable', message: 'Down.', retryable: true });
const gone = new BootreadyError({ code: 'not-found', message: 'Gone.' });

/** Streams and answers in turn; an error is thrown. */
function makeApi(streams: (ImageDetail | Error)[][], answers: (ImageDetail | Error)[]) {
  return {
    stream: async function* () {
      for (const each of streams.shift() ?? [down]) {
        if (each instanceof Error) throw each;
        yield each;
      }
    },
    image: async () => {
      const answer = answers.shift() ?? gone;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

async function seen(api: Parameters<typeof toChanges>[0], count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of toChanges(api, 'id', never, 1)) {
      names.push(name);
      if (names.length === count) break;
    }
  } catch (error) {
    names.push((error as BootreadyError).code);
  }
  return names;
}

test('a broken stream is opened again, and no change is missed', async () => {
  expect(await seen(makeApi([[image('a'), down], [image('c')]], [image('b'), image('d'), gone]))).toEqual([
    ...['a', 'b', 'c', 'd', 'not-found'],
  ]);
});

test('without a stream that works it asks again and again', async () => {
  const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map(image);
  expect(await seen(makeApi([], answers), 6)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('a server that was never there is an error at once, one that goes away is waited for', async () => {
  expect(await seen(makeApi([], [down, image('a')]))).toEqual(['unavailable']);
  expect(await seen(makeApi([[image('a'), down]], [down, down, image('b'), gone]))).toEqual(['a', 'b', 'not-found']);
});

test('an image that is not there ends it', async () => {
  expect(await seen(makeApi([[gone]], [image('a')]))).toEqual(['not-found']);
});

test.each([
  ['published', 0],
  ['rejected', 1],
  ['failed', 3],
  ['cancelled', 3],
])('a run that is %s ends the command with %i', (status, code) => {
  expect(exitCodeOfRun({ activity: { status } } as ImageDetail)).toBe(code);
});

test.each(['download', 'repair'] as const)('an image whose %s came to nothing is followed no further', async (kind) => {
  const at = (status: string) => ({
    name: 'x',
    runs: [],
    activity: null,
    [kind]: { status, url: 'http://x/' },
    upload: { size: null },
  });
  const states = ['queued', 'running', 'failed'].map(at) as unknown as ImageDetail[];
  const last = await followRun(makeApi([states], []), 'id', { json: true }, never);
  expect(last).toBe(states[2]);
  expect(exitCodeOfRun(last)).toBe(3);
});
