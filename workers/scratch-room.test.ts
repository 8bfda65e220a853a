import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlots } from '../shared/limits/fair-slots.ts';
import { eventually } from '../test/support/eventually.ts';
import { createScratchRoom } from './scratch-room.ts';

const MiB = 1024 ** 2;
const besides = 64 * MiB;
const never = new AbortController().signal;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'room-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A disk of 1000 MiB besides what is kept free, of which `used` bytes are taken; workers share it. */
const disk = { used: 0, size: 1000 * MiB + besides };
beforeEach(() => {
  disk.used = 0;
});
async function worker(name: string, passedForMs = 10_000) {
  await mkdir(join(root, name), { recursive: true });
  const room = createScratchRoom({
    root,
    passedForMs,
    everyMs: 10,
    space: () => Promise.resolve({ free: disk.size - disk.used, size: disk.size }),
  });
  const slots = createSlots(10);
  /** One step: it reports when it has started and whether it waits, and ends on command. */
  const step = (project: string, mib: number, { signal = never, atMost = mib } = {}) => {
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const state = { began: 0, waits: false };
    const folder = join(root, name, `${project}-${Math.random()}`);
    const done = room.use(
      { project, folder },
      { bytes: mib * MiB, atMost: atMost * MiB },
      {
        signal,
        inSlot: (work) => slots.use(project, signal, work),
        waits: (isWaiting) => {
          state.waits = isWaiting;
        },
      },
      async () => {
        state.began++;
        await end;
        return state.began;
      },
    );
    done.catch(() => undefined);
    const finish = async () => {
      resolve();
      await done;
    };
    return { state, folder, done, finish };
  };
  return { room, slots, step };
}
function began(step: { state: { began: number } }) {
  return eventually(() => Promise.resolve(step.state.began > 0), { within: 5, every: 5, what: 'the step begins' });
}
function waits(step: { state: { waits: boolean } }) {
  return eventually(() => Promise.resolve(step.state.waits), { within: 5, every: 5, what: 'the step waits' });
}
async function promisesLeft() {
  return (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.promised'));
}

describe('room for what a step writes', () => {
  test('is promised before it begins, and given back: two of 600 MiB on a disk of 1000 go one after the other', async () => {
    const { room, slots, step } = await worker('w');
    const first = step('a', 600);
    await began(first);
    expect(room.promised).toBe(600 * MiB);
    const second = step('b', 600);
    await waits(second);
    // It takes no slot while it waits.
    await eventually(() => Promise.resolve(slots.busy === 1), { within: 5, every: 1, what: 'only one slot is busy' });
    expect([second.state.began, room.waiting]).toEqual([0, 1]);
    await first.finish();
    await began(second);
    expect([second.state.waits, room.waiting]).toEqual([false, 0]);
    await second.finish();
    expect([room.promised, await promisesLeft()]).toEqual([0, []]);
  });

  test('is kept for others who have not written theirs yet, and what they have written does not count twice', async () => {
    const [one, other] = [await worker('w1'), await worker('w2')];
    const first = one.step('a', 600);
    await began(first);
    const second = other.step('b', 500);
    await waits(second);
    // It turns out small: what it has not written is free again when it ends.
    await mkdir(first.folder, { recursive: true });
    await writeFile(join(first.folder, 'disk.raw'), randomBytes(2 * MiB));
    disk.used = 2 * MiB;
    const third = other.step('b', 399);
    await began(third);
    await Promise.all([first.finish(), third.finish()]);
    await began(second);
    await second.finish();
    expect(await promisesLeft()).toEqual([]);
  });

  test('two workers that ask at the same moment do not both get it', async () => {
    const [one, other] = [await worker('w1'), await worker('w2')];
    for (let round = 0; round < 10; round++) {
      const steps = [one.step('a', 600), other.step('b', 600)] as const;
      await eventually(() => Promise.resolve(steps.some(({ state }) => state.began)), {
        within: 5,
        every: 1,
        what: 'one',
      });
      await pause(30);
      expect(steps.filter(({ state }) => state.began)).toHaveLength(1);
      await Promise.all(steps.map((each) => each.finish()));
    }
  });

  test('that can never be there is refused at once, with what to do', async () => {
    const { step } = await worker('w');
    await expect(step('a', 1001).done).rejects.toMatchObject({
      code: 'scratch-too-small',
      retryable: false,
      message: expect.stringContaining('1001'),
      remedy: expect.stringContaining('SCRATCH_DIR'),
    });
  });

  test('who is cancelled while waiting leaves nothing behind', async () => {
    const { room, step } = await worker('w');
    const first = step('a', 900);
    await began(first);
    const controller = new AbortController();
    const second = step('b', 900, { signal: controller.signal });
    await waits(second);
    controller.abort(new Error('cancelled'));
    await expect(second.done).rejects.toThrow();
    expect([room.waiting, second.state.began]).toEqual([0, 0]);
    await first.finish();
    expect(await promisesLeft()).toEqual([]);
  });
});

describe('who waits', () => {
  test("another project's small image goes on while one project's large ones wait", async () => {
    const { step } = await worker('w');
    const first = step('bombs', 900);
    await began(first);
    const more = Array.from({ length: 20 }, () => step('bombs', 900));
    for (const each of more) await waits(each);
    const small = step('other', 4);
    await began(small);
    await Promise.all([first, small, ...more].map((each) => each.finish()));
  });

  test('is not passed for ever: after its time no smaller one of its project begins before it', async () => {
    const { step } = await worker('w', 100);
    const small = step('a', 300);
    await began(small);
    const large = step('a', 900);
    await waits(large);
    const passing = step('a', 100);
    await began(passing);
    await pause(150);
    const late = step('a', 100);
    await waits(late);
    await Promise.all([small.finish(), passing.finish()]);
    await began(large);
    expect(late.state.began).toBe(0);
    await large.finish();
    await began(late);
    await late.finish();
  });

  test('of another project waits for what is running, and not for all that waits there', async () => {
    const { step } = await worker('w', 20);
    const bombs = Array.from({ length: 10 }, () => step('bombs', 900));
    await eventually(() => Promise.resolve(bombs.some(({ state }) => state.began)), {
      within: 5,
      every: 5,
      what: 'one',
    });
    await pause(50);
    const other = step('other', 900);
    await waits(other);
    const ended = new Set<(typeof bombs)[number]>();
    const endOne = async () => {
      const [next] = bombs.filter((each) => each.state.began > 0 && !ended.has(each));
      if (next) ended.add(next);
      await next?.finish();
    };
    await eventually(() => endOne().then(() => other.state.began > 0), { within: 10, every: 50, what: 'it begins' });
    // One that was looking for room at that moment may still be before it.
    expect(ended.size).toBeLessThanOrEqual(3);
    await Promise.all([other, ...bombs].map((each) => each.finish()));
  });
});

test('what outgrows its room is ended and done again with more, up to what it may be', async () => {
  const { room } = await worker('w');
  const folder = join(root, 'w', 'run.1');
  await mkdir(folder);
  const tried: number[] = [];
  const grow = (atMost: number) =>
    room.use(
      { project: 'a', folder },
      { bytes: MiB, atMost },
      { signal: never, inSlot: (work) => work(), waits: () => undefined },
      async (signal) => {
        tried.push(room.promised / MiB);
        await writeFile(join(folder, 'plain'), randomBytes(3 * MiB));
        // It may have been seen while it was written.
        if (room.promised < 3 * MiB && !signal.aborted) await once(signal, 'abort');
        signal.throwIfAborted();
        return 'done';
      },
    );
  expect(await grow(8 * MiB)).toBe('done');
  expect(tried).toEqual([1, 4]);
  await rm(join(folder, 'plain'));
  await expect(grow(2 * MiB)).rejects.toMatchObject({ code: 'scratch-too-small' });
});

describe('room for what a machine writes', () => {
  const shared = async (bounds = { least: 50 * MiB, most: 2000 * MiB }, folder = 'r.1') => {
    const { room, step } = await worker('w');
    let end = (): void => undefined;
    let bytes = 0;
    const done = room.share(join(root, 'w', folder), bounds, (given) => {
      bytes = given;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await eventually(() => Promise.resolve(bytes > 0), { within: 5, every: 5, what: 'it has its room' });
    const finish = async () => {
      end();
      await done;
    };
    return { room, step, bytes: bytes / MiB, finish };
  };

  test('is half of what is free, within its bounds, and is kept from others', async () => {
    const one = await shared();
    expect(one.bytes).toBe(500);
    const another = one.step('b', 600);
    await waits(another);
    await one.finish();
    await began(another);
    const half = await shared();
    const most = await shared({ least: 50 * MiB, most: 60 * MiB }, 'r.2');
    const least = await shared({ least: 90 * MiB, most: 2000 * MiB }, 'r.3');
    expect([half.bytes, most.bytes, least.bytes]).toEqual([200, 60, 90]);
    for (const { finish } of [half, most, least]) await finish();
    await another.finish();
  });

  test('what it has written does not count twice', async () => {
    const { step, finish } = await shared();
    const folder = join(root, 'w', 'r.1/boot/machine');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'overlay.qcow2'), randomBytes(2 * MiB));
    disk.used = 2 * MiB;
    const fits = step('b', 500);
    await began(fits);
    await Promise.all([fits.finish(), finish()]);
    expect(await promisesLeft()).toEqual([]);
  });
});
