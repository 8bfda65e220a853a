import { DelayedError, type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import {
  type HousekeepingJob,
  housekeepingJobs,
  IntakeJob,
  NotifyJob,
  queueNames,
} from '../../shared/contracts/jobs.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import type { QueueHandlers } from '../../shared/ports/jobs.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import { closeQueue, goodbyeMs, type RedisConfig, toConnection } from './connection.ts';

export type QueueWorkerOptions = {
  redis: RedisConfig;
  everySeconds: Record<HousekeepingJob, number>;
  onError: (queue: string, error: unknown) => void;
};

/** The code that throws decides whether a retry helps; this is the only place that passes the decision on to BullMQ. */
function toJobError(error: unknown): unknown {
  return isBootreadyError(error) && !error.retryable ? new UnrecoverableError(error.message) : error;
}

/** The consuming side. */
export function startQueueWorkers(
  handlers: QueueHandlers,
  { redis, everySeconds, onError }: QueueWorkerOptions,
): { close(): Promise<void> } {
  const connection = { ...toConnection(redis), maxRetriesPerRequest: null };
  const consume = (name: string, concurrency: number, work: (job: Job) => Promise<unknown>): Worker => {
    const worker = new Worker(
      name,
      async (job, token) => {
        const result = await work(job).catch((error: unknown) => {
          throw toJobError(error);
        });
        if (!(result instanceof Postponed)) return result;
        await job.moveToDelayed(Date.now() + result.byMs, token);
        throw new DelayedError();
      },
      { connection, concurrency },
    );
    worker.on('error', (error) => onError(name, error));
    worker.on('failed', (_job, error) => onError(name, error));
    return worker;
  };
  const workers = [
    // Most of them wait for their turn (workers/queues/handlers.ts).
    consume(queueNames.intake, 200, (job) => handlers.intake(IntakeJob.parse(job.data), job.attemptsStarted)),
    consume(queueNames.notify, 8, (job) =>
      handlers.notify(NotifyJob.parse(job.data), job.attemptsMade + 1 >= (job.opts.attempts ?? 1)),
    ),
    consume(queueNames.housekeeping, 1, (job) => {
      const name = housekeepingJobs.find((each) => each === job.name);
      return name ? handlers.housekeeping[name]() : Promise.reject(new UnrecoverableError(`no job "${job.name}"`));
    }),
  ];

  // Fails at once while Redis is down; the clock below tries again.
  const impatient = { ...toConnection(redis), enableOfflineQueue: false, maxRetriesPerRequest: 1 };
  const schedulers = new Queue(queueNames.housekeeping, { connection: impatient });
  schedulers.on('error', (error) => onError('schedulers', error));
  // Redis may lose everything at any time. So we repeat the schedule again and again, with our own clock.
  const schedule = async (): Promise<void> => {
    for (const name of housekeepingJobs) {
      const every = everySeconds[name] * 1000;
      if ((await schedulers.getJobScheduler(name))?.every === every) continue;
      await schedulers.upsertJobScheduler(
        name,
        { every },
        { name, opts: { removeOnComplete: { count: 20 }, removeOnFail: { count: 100 } } },
      );
    }
  };
  const scheduling = setInterval(
    () => void schedule().catch((error: unknown) => onError('schedulers', error)),
    Math.min(30, ...Object.values(everySeconds)) * 1000,
  );
  void schedule().catch((error: unknown) => onError('schedulers', error));

  return {
    close: async () => {
      clearInterval(scheduling);
      // Without Redis, BullMQ would wait forever for its own connections to end. Jobs that are cut off count as stalled.
      const force = !(await answers(schedulers));
      await Promise.all(workers.map((worker) => worker.close(force)));
      await closeQueue(schedulers);
    },
  };
}

function answers(queue: Queue): Promise<boolean> {
  const silence = new Promise<boolean>((resolve) => setTimeout(resolve, goodbyeMs, false).unref());
  const answer = queue.count().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, silence]);
}
