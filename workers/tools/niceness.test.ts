import { availableParallelism, getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { createShares } from '../shares.ts';
import { runSandboxed } from './sandbox.ts';

/** Two tools that want the same processor: the processor time of each counts, not the clock. Other programs there slow down both. */
const processor = availableParallelism() - 1;
const spin = `
import os, time
os.sched_setaffinity(0, {${processor}})
end = time.monotonic() + 4
while time.monotonic() < end: pass
print(time.process_time())
print(os.getpriority(os.PRIO_PROCESS, 0))`;
async function spins(keepsTime = false): Promise<{ seconds: number; niceness: number }> {
  const { stdout } = await runSandboxed({
    command: '/usr/bin/python3',
    args: ['-c', spin],
    profile: 'script',
    keepsTime,
    limits: { wallSeconds: 30, cpuSeconds: 30, memoryBytes: 1024 ** 3, fileBytes: 0 },
  });
  const [seconds = Number.NaN, niceness = Number.NaN] = stdout.trim().split('\n').map(Number);
  return { seconds, niceness };
}

/** @returns the time of a step of a project that has three beside the time of a step of one that has two */
async function beside(keepsTime: boolean) {
  const shares = createShares();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = ['much', 'much', 'little'].map((project) => shares.use(project, () => promise));
  const [much, little] = await Promise.all([
    shares.use('much', () => spins(keepsTime)),
    shares.use('little', () => spins()),
  ]);
  resolve();
  await Promise.all(waiting);
  return { much, little, ratio: little.seconds / much.seconds };
}

test('the tools of who wants more get little of a processor that another wants', async () => {
  const { much, little, ratio } = await beside(false);
  expect([much.niceness, little.niceness]).toEqual([getPriority() + 10, getPriority()]);
  expect(ratio).toBeGreaterThan(2);
});

test('what is judged by how long it takes stands back for nobody', async () => {
  const { much, ratio } = await beside(true);
  expect(much.niceness).toBe(getPriority());
  expect(ratio).toBeLessThan(1.6);
});

test('who is alone is as nice as the worker', async () => {
  expect((await createShares().use('alone', () => spins())).niceness).toBe(getPriority());
});
