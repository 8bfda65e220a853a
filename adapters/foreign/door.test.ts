import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { foreignHeapBytes } from '../../shared/limits/foreign-limits.ts';
import { type ForeignLimits, foreignTask } from '../../shared/ports/foreign.ts';
import { eventually } from '../../test/support/eventually.ts';
import { measureLag } from '../../test/support/lag.ts';
import { openForeignDoor } from './door.ts';

type Tasks = typeof import('../../test/hostile/tasks.ts');
const limits: ForeignLimits = { partSeconds: 1, totalSeconds: 3, answerBytes: 1024 ** 2 };
function task<Name extends keyof Tasks>(name: Name, more: Partial<ForeignLimits> = {}) {
  return foreignTask<Tasks[Name]>(import.meta.url, '../../test/hostile/tasks.ts', name, { ...limits, ...more });
}

const door = openForeignDoor();
afterAll(() => door.close());

test('gives what the task gives, and hands over what it asks for', async () => {
  const input = { bytes: Buffer.from('\0\xff', 'latin1'), names: new Map([['a', new Set([1])]]), size: 10n };
  expect(await door.run(task('echo'), input, {})).toEqual({ state: 'done', value: input });
  const give = async (index: number): Promise<Buffer> => Buffer.alloc(index);
  expect(await door.run(task('asking'), 4, { give })).toEqual({ state: 'done', value: 6 });
});

describe('ends what takes more than it may', () => {
  test.each([
    ['spin', undefined, 'time'],
    ['heap', undefined, 'memory'],
    ['doubling', undefined, 'memory'],
    ['buffers', undefined, 'memory'],
    ['throwing', undefined, 'crash'],
    ['long', 2 * 1024 ** 2, 'size'],
  ] as const)('%s', async (name, input, limit) => {
    const { value, lag } = await measureLag(() => door.run(task(name) as never, input as never, {}));
    expect(value).toEqual({ state: 'exceeded', limit, part: undefined });
    expect(lag).toBeLessThanOrEqual(200);
  });

  test('a part by its own time', async () => {
    const byPart = task('parts', { totalSeconds: 100 });
    expect(await door.run(byPart, [600, 600], {})).toEqual({ state: 'done', value: 'all' });
    expect(await door.run(byPart, [100, 2500, 100], {})).toMatchObject({ limit: 'time', part: 'part 1' });
  });

  test('all parts together', async () => {
    const altogether = task('parts', { partSeconds: 100, totalSeconds: 1.5 });
    expect(await door.run(altogether, [500, 500], {})).toEqual({ state: 'done', value: 'all' });
    expect(await door.run(altogether, [600, 600, 600, 600], {})).toMatchObject({ limit: 'time', part: 'part 2' });
  });

  test('one that only waits, without counting what its owner takes', async () => {
    expect(await door.run(task('idle', { partSeconds: 0.1 }), undefined, {})).toMatchObject({ limit: 'time' });
    const give = async (): Promise<Buffer> => {
      await pause(1500);
      return Buffer.alloc(1);
    };
    expect(await door.run(task('asking', { partSeconds: 0.1 }), 1, { give })).toMatchObject({ state: 'done' });
  });
});

test('a neighbour beside it is not disturbed', async () => {
  const busy = (['spin', 'heap', 'buffers'] as const).map((name) => door.run(task(name), undefined, {}));
  expect(await door.run(task('echo'), 'mine', {})).toEqual({ state: 'done', value: 'mine' });
  await Promise.all(busy);
});

test('throws what a helper throws, and what a signal says', async () => {
  const failure = new Error('the object has changed');
  const give = (): Promise<Buffer> => Promise.reject(failure);
  await expect(door.run(task('asking'), 1, { give })).rejects.toBe(failure);
  const reason = new Error('cancelled');
  await expect(door.run(task('spin'), undefined, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
  const later = new AbortController();
  const running = door.run(task('spin'), undefined, {}, later.signal);
  setTimeout(() => later.abort(reason), 300);
  await expect(running).rejects.toBe(reason);
});

test('tells a door that does not open from bytes that are bad', async () => {
  const missing = foreignTask<Tasks['echo']>(import.meta.url, './not-there.ts', 'echo', limits);
  await expect(door.run(missing, 1, {})).rejects.toMatchObject({ code: 'tool-missing', retryable: true });
});

test('the process sees neither the environment nor the files of its owner', async () => {
  expect(await door.run(task('surroundings'), undefined, {})).toEqual({ state: 'done', value: ['PATH'] });
  expect(await door.run(task('reading'), '/etc/passwd', {})).toEqual({ state: 'done', value: 'ERR_ACCESS_DENIED' });
});

test('the process writes nothing, not even beside what it may read, and starts nothing', async () => {
  const denied = 'ERR_ACCESS_DENIED';
  for (const path of [join(tmpdir(), `door-${crypto.randomUUID()}`), join(import.meta.dirname, 'written.ts')]) {
    expect(await door.run(task('writing'), path, {})).toEqual({ state: 'done', value: denied });
    expect(existsSync(path)).toBe(false);
  }
  expect(await door.run(task('starting'), undefined, {})).toEqual({ state: 'done', value: [denied, denied] });
});

test("V8's heap has its bound, whatever the machine has", async () => {
  const limit = await door.run(task('heapLimit'), undefined, {});
  if (limit.state !== 'done') throw new Error(limit.limit);
  // V8 adds its young generation.
  expect(limit.value).toBeGreaterThanOrEqual(foreignHeapBytes);
  expect(limit.value).toBeLessThan(foreignHeapBytes * 1.25);
});

test('the kernel bounds the process too, should its owner not watch any more', async () => {
  const hard = { hard: expect.anything() };
  expect(await door.run(task('kernelLimits'), undefined, {})).toMatchObject({
    state: 'done',
    value: {
      cpu_time_seconds: { ...hard, soft: 900 },
      data_seg_size_bytes: { ...hard, soft: 1024 ** 3 },
      core_file_size_blocks: { hard: 0, soft: 0 },
      open_files: { ...hard, soft: 64 },
    },
  });
});

test('who asks may tend the process while it works: one with a session of its own', async () => {
  const asker = new AsyncLocalStorage<string>();
  const seen: { by: string | undefined; pids: number[]; threads: number; session: number }[] = [];
  let times = 0;
  const tended = openForeignDoor({
    tend: ({ pids, threads }) => {
      times++;
      const [pid = 0] = pids;
      // proc_pid_stat(5): the session stands four fields behind the name.
      const session = Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[3]);
      seen.push({ by: asker.getStore(), pids, threads: threads.length, session });
    },
  });
  await asker.run('me', () => tended.run(task('spin'), undefined, {}));
  const timesAtWork = times;
  expect(timesAtWork).toBeGreaterThan(2);
  const pid = seen[0]?.pids[0];
  expect(pid).toBeGreaterThan(1);
  for (const each of seen) expect(each).toMatchObject({ by: 'me', pids: [pid], session: pid });
  // Node has threads of its own by then.
  expect(seen.at(-1)?.threads).toBeGreaterThan(1);
  await pause(600);
  expect(times).toBe(timesAtWork);
});

test('a process is gone when its task is over, however it was ended', async () => {
  let pid = 0;
  const give = async (its: number): Promise<undefined> => {
    pid = its;
  };
  expect(await door.run(task('spinning'), undefined, { give })).toMatchObject({ state: 'exceeded', limit: 'time' });
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  for (let waited = 0; isThere() && waited < 2000; waited += 50) await pause(50);
  expect(isThere()).toBe(false);
});

test('a busy process ends with its owner, whatever ends the owner', async () => {
  const owner = spawn(
    process.execPath,
    ['--input-type=module', '--eval', spinningOwner],
    // Where the owner finds the door and the task.
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = Number(String(((await once(owner.stdout, 'data')) as [Buffer])[0]));
  expect(pid).toBeGreaterThan(1);
  // By then it has its answer, and listens no more.
  await pause(1500);
  process.kill(pid, 0);
  owner.kill('SIGKILL');
  await eventually(async () => !existsSync(`/proc/${pid}`), { within: 5, what: 'the process is gone' });
});

/** Prints the id of a process that then works on for minutes. */
const spinningOwner = `
  const { openForeignDoor } = await import('./door.ts');
  const { foreignTask } = await import('../../shared/ports/foreign.ts');
  const limits = { partSeconds: 100, totalSeconds: 100, answerBytes: 1024 };
  const { pathToFileURL } = await import('node:url');
  const here = pathToFileURL(process.cwd() + '/door.ts').href;
  const task = foreignTask(here, '../../test/hostile/tasks.ts', 'spinning', limits);
  await openForeignDoor().run(task, undefined, { give: async (pid) => void process.stdout.write(String(pid)) });
`;

test('keeps a process ready, and lets no more work at once than it is told', async () => {
  const ready = openForeignDoor({ atOnce: 1, keepReady: [task('echo').module] });
  try {
    await pause(1000);
    const begun = performance.now();
    await ready.run(task('echo'), 1, {});
    expect(performance.now() - begun).toBeLessThan(100);
    let most = 0;
    let now = 0;
    const give = async (): Promise<Buffer> => {
      most = Math.max(most, ++now);
      await pause(100);
      now--;
      return Buffer.alloc(0);
    };
    await Promise.all([1, 2, 3].map(() => ready.run(task('asking'), 1, { give })));
    expect(most).toBe(1);
  } finally {
    await ready.close();
  }
});
