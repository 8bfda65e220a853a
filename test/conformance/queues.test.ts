import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createQueues, type Queues } from '../../adapters/queues/bullmq.ts';
import { startQueueWorkers } from '../../adapters/queues/workers.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { freePort, tieToUs } from '../../dev/stack/service.ts';
import { type HousekeepingJob, housekeepingJobs } from '../../shared/contracts/jobs.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { QueueHandlers } from '../../shared/ports/jobs.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import { eventually } from '../support/eventually.ts';

/** What the port promises, on a Redis of each test's own: it is emptied, frozen and stopped. */

const open: (() => Promise<unknown>)[] = [];
function later(close: () => Promise<unknown>): void {
  open.push(close);
}
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

let server: { url: string; pid?: number; stop(): Promise<void>; start(): Promise<void> };
let queues: Queues;
beforeEach(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bootready-redis-'));
  later(() => rm(dataDir, { recursive: true, force: true }));
  const options = { dataDir, port: await freePort(), password: 'test' };
  let service = await startRedis(options);
  later(() => service.stop());
  server = {
    ...service,
    stop: () => service.stop(),
    start: async () => {
      service = await startRedis(options);
    },
  };
  queues = createQueues({ REDIS_URL: server.url });
  later(() => queues.close());
});

async function count(): Promise<number> {
  const counts = await Promise.all(queues.all.map((queue) => queue.getJobCounts('waiting', 'delayed', 'prioritized')));
  return counts.flatMap((each) => Object.values(each)).reduce((sum, each) => sum + each, 0);
}
async function intakes(): Promise<number | undefined> {
  return queues.all[0]?.getJobCountByTypes('waiting', 'delayed');
}
async function flush(): Promise<void> {
  const client = new Redis(server.url);
  await client.flushall();
  client.disconnect();
}

/** Handlers that note what they were given, and then do as told. */
function working(
  does: { intake?: (eventId: number, attempt: number) => Promise<void>; notify?: () => Promise<unknown> } = {},
  everySeconds: Partial<Record<HousekeepingJob, number>> = {},
) {
  const seen: string[] = [];
  const errors: string[] = [];
  const housekeep = (name: HousekeepingJob) => (): Promise<unknown> => Promise.resolve(seen.push(name));
  const handlers: QueueHandlers = {
    intake: async ({ eventId }, attempt) => {
      seen.push(`event ${eventId}, try ${attempt}`);
      await does.intake?.(eventId, attempt);
    },
    notify: async ({ deliveryId }, isLastTry) => {
      seen.push(`delivery ${deliveryId}${isLastTry ? ', last try' : ''}`);
      return does.notify?.();
    },
    housekeeping: {
      sweep: housekeep('sweep'),
      relay: housekeep('relay'),
      reap: housekeep('reap'),
      refresh: housekeep('refresh'),
    },
  };
  const never = 24 * 3600;
  const workers = startQueueWorkers(handlers, {
    redis: { REDIS_URL: server.url },
    everySeconds: { sweep: never, relay: never, reap: never, refresh: never, ...everySeconds },
    onError: (queue, error) => errors.push(`${queue}: ${String(error)}`),
  });
  later(() => workers.close());
  const jobs = () => seen.filter((each) => !housekeepingJobs.some((name) => name === each));
  return { seen, jobs, errors, close: () => workers.close() };
}
function has(what: string, done: () => boolean, within = 30): Promise<unknown> {
  return eventually(() => Promise.resolve(done()), { within, what, every: 20 });
}

describe('adding', () => {
  test('a job twice is one job, in one call or in several, and at once too', async () => {
    await queues.addIntake([1, 2, 1]);
    await Promise.all([queues.addIntake([2, 3]), queues.addIntake([3, 2, 1])]);
    expect(await count()).toBe(3);
    const deliveryId = randomUUID();
    await queues.addNotify([deliveryId, deliveryId]);
    await queues.addNotify([deliveryId]);
    expect(await count()).toBe(4);
    await queues.addIntake([]);
    await queues.addNotify([]);
    expect(await count()).toBe(4);
  });

  test('a job reaches its handler once', async () => {
    const { jobs } = working();
    const deliveryId = randomUUID();
    await queues.addIntake([7, 8]);
    await queues.addNotify([deliveryId]);
    await has('all three were handled', () => jobs().length === 3);
    expect(jobs().sort()).toEqual([`delivery ${deliveryId}`, 'event 7, try 1', 'event 8, try 1']);
  });

  test('a job that is done may be added again, and so may an intake that gave up', async () => {
    const refuse = () => Promise.reject(new BootreadyError({ code: 'internal', message: 'Never.' }));
    const { jobs, errors } = working({ intake: (eventId) => (eventId === 1 ? refuse() : Promise.resolve()) });
    for (const round of [1, 2]) {
      await queues.addIntake([1]);
      await has(`event 1 failed ${round} times`, () => errors.length === round);
      await queues.addIntake([2]);
      await has(`event 2 came ${round} times`, () => jobs().length === 2 * round);
      await eventually(async () => (await queues.all[0]?.getJobCountByTypes('active', 'failed', 'completed')) === 0, {
        within: 10,
        what: 'nothing is left of it',
        every: 20,
      });
    }
  });
});

describe('handling', () => {
  test('what may succeed later is tried again, and is told the number of the try', async () => {
    const { jobs } = working({
      intake: (_, attempt) =>
        attempt === 1
          ? Promise.reject(new BootreadyError({ code: 'object-missing', message: 'Not yet.', retryable: true }))
          : Promise.resolve(),
    });
    await queues.addIntake([7]);
    await has('the second try', () => jobs().length === 2);
    expect(jobs()).toEqual(['event 7, try 1', 'event 7, try 2']);
  });

  test('what is postponed comes later, keeps no place meanwhile, and that was no try', async () => {
    let times = 0;
    const { jobs, errors } = working({ notify: async () => (++times <= 20 ? new Postponed(300) : undefined) });
    const deliveryId = randomUUID();
    const began = Date.now();
    await queues.addNotify([deliveryId]);
    // More often than there are tries; none of them was the last.
    await has('it was done in the end', () => jobs().length === 21);
    expect(Date.now() - began).toBeGreaterThan(20 * 300 - 200);
    expect(jobs()).toEqual(Array.from({ length: 21 }, () => `delivery ${deliveryId}`));
    expect(errors).toEqual([]);
    const left = () => queues.all[1]?.getJobCountByTypes('waiting', 'delayed', 'active', 'failed');
    await eventually(async () => (await left()) === 0, { within: 10, what: 'nothing is left of it', every: 20 });
  });

  test('what no retry can mend is tried once', async () => {
    const { jobs, errors } = working({
      intake: () => Promise.reject(new BootreadyError({ code: 'invalid-input', message: 'Never.' })),
    });
    await queues.addIntake([7]);
    await has('it failed', () => errors.length > 0);
    expect(await intakes()).toBe(0);
    expect(jobs()).toEqual(['event 7, try 1']);
  });
});

describe('without Redis', () => {
  /** Some times the time after which the adapter gives up, for a busy machine; without that it would wait for ever. */
  const withinSeconds = 15;
  const refused = async (): Promise<void> => {
    const began = performance.now();
    const unavailable = { code: 'unavailable', retryable: true, remedy: expect.any(String) };
    await Promise.all([
      expect(queues.addIntake([1])).rejects.toMatchObject(unavailable),
      expect(queues.addNotify([randomUUID()])).rejects.toMatchObject(unavailable),
    ]);
    expect(performance.now() - began).toBeLessThan(withinSeconds * 1000);
  };

  test('that was there and is stopped, adding is unavailable within seconds, and works again when it is back', async () => {
    await queues.addIntake([1]);
    await server.stop();
    await refused();
    await server.start();
    await eventually(() => queues.addIntake([1, 2]).then(() => true), { within: 20, what: 'Redis is met again' });
    expect(await intakes()).toBe(2);
  });

  test('that was never there, adding is unavailable within seconds', async () => {
    await server.stop();
    queues = createQueues({ REDIS_URL: server.url });
    later(() => queues.close());
    await refused();
    await refused();
  });

  test('that takes the connection and does not answer, adding is unavailable within seconds', async () => {
    await queues.addIntake([1]);
    process.kill(server.pid as number, 'SIGSTOP');
    try {
      await refused();
    } finally {
      process.kill(server.pid as number, 'SIGCONT');
    }
  });

  test.each(['up', 'stopped'])(
    'with Redis %s, a process that has the queues open ends when it is told to',
    async (how) => {
      const child = spawn(
        ...tieToUs(process.execPath, [join(import.meta.dirname, '../support/queues-process.ts'), server.url]),
      );
      const gone = once(child, 'exit');
      later(async () => {
        child.kill('SIGKILL');
        await gone;
      });
      await once(child.stdout, 'data');
      if (how === 'stopped') await server.stop();
      child.kill('SIGTERM');
      await has('the process is gone', () => child.exitCode !== null || child.signalCode !== null, 15);
      expect(child.exitCode).toBe(0);
    },
  );

  test('workers wait for it, and take up their work when it is back', async () => {
    const { jobs } = working();
    await queues.addIntake([1]);
    await has('the first job', () => jobs().length === 1);
    await server.stop();
    await server.start();
    await eventually(() => queues.addIntake([2]).then(() => true), { within: 20, what: 'Redis is met again' });
    await has('the second job', () => jobs().length === 2);
  });
});

describe('housekeeping', () => {
  const all = { sweep: 1, relay: 1, reap: 1, refresh: 1 };
  const everyName = (seen: readonly string[]): boolean => housekeepingJobs.every((name) => seen.includes(name));

  test('runs by the clock, again and again', async () => {
    const { seen } = working({}, all);
    await has('each ran', () => everyName(seen));
    seen.length = 0;
    await has('each ran again', () => everyName(seen));
  });

  test('comes back by itself when Redis has lost everything, scheduled once, however many processes see to it', async () => {
    const processes = [working({}, all), working({}, all)];
    const ran = () => everyName(processes.flatMap(({ seen }) => seen));
    await has('each ran', ran);
    for (let times = 0; times < 3; times++) {
      await flush();
      for (const { seen } of processes) seen.length = 0;
      await has('each ran again', ran);
    }
    expect(await queues.all[2]?.getJobSchedulersCount()).toBe(housekeepingJobs.length);
  });

  test('follows a changed interval after a restart', async () => {
    const slow = working({}, { ...all, sweep: 3600 });
    await has('each ran', () => everyName(slow.seen));
    await slow.close();
    const { seen } = working({}, all);
    await has('the sweep ran twice', () => seen.filter((name) => name === 'sweep').length > 1);
  });
});
