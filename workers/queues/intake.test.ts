import { expect, test } from 'vitest';
import { createSlots } from '../../shared/limits/fair-slots.ts';
import { noTraces } from '../../shared/telemetry/no-traces.ts';
import { settleEvent, takePrefix } from './intake.ts';

test('one image of a project does not wait behind fifty of another', async () => {
  const keys = [...Array.from({ length: 50 }, (_, index) => `bomber/${index}`), 'other/image'];
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const deps = {
    uploadsBucket: 'uploads',
    traces: noTraces,
    turns: createSlots(8),
    events: {
      get: async (id: number) => ({ id, bucket: 'uploads', key: keys[id], settledAt: null, traceparent: null }),
      settle: async () => undefined,
    },
    store: {
      head: (_bucket: string, key: string) => {
        asked.push(key);
        return new Promise((resolve) => answers.push(() => resolve(undefined)));
      },
    },
  };
  const settled = keys.map((_, id) => settleEvent(deps as never, id, 2));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect([asked.length, asked.includes('other/image')]).toEqual([9, true]);
  while (asked.length < keys.length || answers.length > 0) {
    answers.shift()?.();
    await turn();
  }
  expect(new Set(await Promise.all(settled))).toEqual(new Set(['no-object']));
});

test('the turns of a project are its own, however its store encodes keys', () => {
  // MinIO, RustFS: the slash as well. AWS, Ceph: all but the slash. versitygw: nothing.
  for (const key of [
    'demo%2Fgreeting+file+%282%29.raw',
    'demo/greeting+file+%282%29.raw',
    'demo/greeting file (2).raw',
  ])
    expect(takePrefix(key)).toBe('demo/');
  expect([takePrefix('100%/x'), takePrefix('alone')]).toEqual(['100%/', '']);
});
