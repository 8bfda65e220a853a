import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UploadSession } from '../contracts/api.ts';
import { hurryEvent } from './retry.ts';
import { type SendInput, StoreLosesParts, sendFile } from './send-file.ts';

/** The engine against a store in memory. The clock stands still until a test moves it. */

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const partSize = 10;
const passing = new Error('passes');
const refused = new Error('refused');
function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Errors that a call throws in turn before it works. */
type Answers = (Error | undefined)[];

function world({ size = 25, hasBytes = [] as boolean[] } = {}) {
  const parts = new Map<number, UploadSession['parts'][number]>();
  const calls: string[] = [];
  const progress: string[] = [];
  const failures: Record<'open' | 'put' | 'complete', Answers> = { open: [], put: [], complete: [] };
  const state = { running: 0, most: 0, keep: (etag: string) => etag };
  const call = (name: keyof typeof failures, text: string = name): void => {
    calls.push(text);
    const error = failures[name].shift();
    if (error) throw error;
  };
  const proven = new Map<number, string>();
  const input: SendInput<string> = {
    api: {
      openUpload: async () => {
        call('open');
        return { imageId: 'i', size, partSize, partCount: Math.ceil(size / partSize), parts: [...parts.values()] };
      },
      signParts: async (_id, partNumbers) => ({
        parts: partNumbers.map((partNumber) => ({ partNumber, url: String(partNumber) })),
        expiresAt: '',
      }),
      completeUpload: async () => call('complete'),
    },
    imageId: 'i',
    source: { size, openLane: () => (part) => `${part.offset}+${part.length}` },
    put: async (url, body, { onSent }) => {
      state.most = Math.max(state.most, ++state.running);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      state.running--;
      onSent(5);
      call('put', `put ${url} ${body}`);
      parts.set(Number(url), { partNumber: Number(url), etag: state.keep(body), size: Number(body.split('+')[1]) });
      return body;
    },
    proof: {
      sent: ({ partNumber }, _body, etag) => void proven.set(partNumber, etag ?? ''),
      holds: ({ partNumber, etag }) => proven.get(partNumber) === etag,
    },
    lanes: 2,
    patience: { part: { attempts: 3, first: 1000, most: 60_000 }, api: { attempts: 2, first: 1000, most: 60_000 } },
    passes: (error) => error === passing,
    isLinkRefused: (error) => error === refused,
    hasBytes: async () => hasBytes.shift() ?? false,
    signal: new AbortController().signal,
    on: {
      planned: (there) => progress.push(`planned ${there}`),
      moved: (bytes) => progress.push(`moved ${bytes}`),
      waiting: () => progress.push('waiting'),
      answered: () => undefined,
      completing: () => void progress.push('completing'),
    },
  };
  return { input, parts, calls, progress, failures, state, proven };
}

test('sends every part once, checks them, and completes the upload', async () => {
  const { input, calls, progress, state } = world();
  await sendFile(input);
  expect(calls).toEqual(['open', 'put 1 0+10', 'put 2 10+10', 'put 3 20+5', 'open', 'complete']);
  expect(state.most).toBe(2);
  expect(progress[0]).toBe('planned 0');
  expect(progress.slice(-3)).toEqual(['moved 25', 'planned 25', 'completing']);
});

test('sends only parts that the store lacks or cannot prove', async () => {
  const { input, calls, parts, progress, proven } = world();
  parts.set(1, { partNumber: 1, etag: '0+10', size: 10 });
  parts.set(2, { partNumber: 2, etag: 'zeros', size: 10 });
  proven.set(1, '0+10');
  await sendFile(input);
  expect(calls).toEqual(['open', 'put 2 10+10', 'put 3 20+5', 'open', 'complete']);
  expect(progress[0]).toBe('planned 10');
});

test('stops when the store replaces every part', async () => {
  const { input, calls, state } = world({ size: 10 });
  state.keep = () => 'other';
  await expect(sendFile(input)).rejects.toBeInstanceOf(StoreLosesParts);
  expect(calls.filter((name) => name.startsWith('put'))).toHaveLength(3);
});

test('waits by the clock after an error that may pass', async () => {
  const { input, calls, failures, progress } = world({ size: 10 });
  failures.put.push(passing, passing);
  const sending = sendFile(input);
  await vi.advanceTimersByTimeAsync(700);
  expect(calls).toEqual(['open', 'put 1 0+10']);
  await vi.advanceTimersByTimeAsync(600);
  expect(calls).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(2600);
  await sending;
  expect(progress.filter((step) => step === 'waiting')).toHaveLength(2);
  expect(calls.slice(-2)).toEqual(['open', 'complete']);
});

test('throws the error when patience ends', async () => {
  const { input, failures } = world({ size: 10 });
  failures.put.push(passing, passing, passing);
  const sending = expect(sendFile(input)).rejects.toBe(passing);
  await vi.runAllTimersAsync();
  await sending;
});

test('goes on at once when the network is back', async () => {
  const hurry = new EventTarget();
  const { input, calls, failures } = world({ size: 10 });
  failures.put.push(passing);
  const sending = sendFile({ ...input, hurry });
  await vi.advanceTimersByTimeAsync(1);
  hurry.dispatchEvent(new Event(hurryEvent));
  await sending;
  expect(calls.at(-1)).toBe('complete');
});

test('asks for another link twice, then gives up', async () => {
  const twice = world({ size: 10 });
  twice.failures.put.push(refused, refused);
  const sending = sendFile(twice.input);
  await vi.runAllTimersAsync();
  await sending;
  const more = world({ size: 10 });
  more.input.patience.part.attempts = 10;
  more.failures.put.push(refused, refused, refused);
  const failing = expect(sendFile(more.input)).rejects.toBe(refused);
  await vi.runAllTimersAsync();
  await failing;
});

test('the first error stops all lanes', async () => {
  const { input, calls, failures } = world({ size: 100 });
  failures.put.push(new Error('final'));
  await expect(sendFile(input)).rejects.toThrow('final');
  const puts = calls.length;
  await vi.runAllTimersAsync();
  expect(calls).toHaveLength(puts);
  expect(puts).toBeLessThan(5);
});

test('an abort ends a pause', async () => {
  const stop = new AbortController();
  const { input, failures } = world({ size: 10 });
  failures.put.push(passing);
  const sending = expect(sendFile({ ...input, signal: stop.signal })).rejects.toThrow('stopped');
  await vi.advanceTimersByTimeAsync(1);
  stop.abort(new Error('stopped'));
  await sending;
});

test('looks again when parts are missing at the completion, three times', async () => {
  const once = world({ size: 10 });
  once.failures.complete.push(failure('conflict'));
  await sendFile(once.input);
  expect(once.calls.slice(-4)).toEqual(['open', 'complete', 'open', 'complete']);
  const always = world({ size: 10 });
  always.failures.complete.push(failure('conflict'), failure('conflict'), failure('conflict'));
  await expect(sendFile(always.input)).rejects.toBeInstanceOf(StoreLosesParts);
});

test('after a lost answer to the completion it waits until the object is seen', async () => {
  const { input, failures } = world({ size: 10, hasBytes: [false, false, true] });
  failures.complete.push(passing, failure('object-missing'));
  const sending = sendFile(input);
  await vi.advanceTimersByTimeAsync(1300 + 2 * 2000);
  await sending;
});

test('an upload that the store lost without a completion is an error', async () => {
  const { input, failures } = world({ size: 10, hasBytes: [true] });
  failures.complete.push(failure('object-missing'));
  await expect(sendFile(input)).rejects.toMatchObject({ code: 'object-missing' });
});

test('a process that was killed while completing asks for the result first', async () => {
  const { input, calls, failures } = world({ size: 10, hasBytes: [true] });
  failures.complete.push(failure('object-missing'));
  await sendFile({ ...input, wasCompleting: true });
  expect(calls).toEqual(['complete']);
});
