import { Queue } from 'bullmq';
import { queueNames } from '../../shared/contracts/jobs.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { JobQueue, QueueState } from '../../shared/ports/jobs.ts';
import { together } from '../together.ts';
import { closeQueue, type RedisConfig, toConnection } from './connection.ts';

/**
 * Tries over an hour or two: with Temporal or the store down, an upload waits here. A job that gives up goes at once, so that
 * the sweep may add it again.
 */
const intakeRetries = {
  attempts: 12,
  backoff: { type: 'exponential', delay: 2000, jitter: 0.5 },
  removeOnFail: true,
} as const;
/** Tries over about three days, as Standard Webhooks asks of senders. */
const notifyRetries = { attempts: 16, backoff: { type: 'exponential', delay: 5000, jitter: 0.5 } } as const;

/** A finished job is removed at once: its result is in Postgres, and its id must be free so that the sweep can add it again. */
const forgetful = { removeOnComplete: true, removeOnFail: { age: 7 * 24 * 3600, count: 1000 } } as const;

export type Queues = JobQueue & { all: readonly Queue[]; close(): Promise<void> };

/** The producing side. It answers within seconds even when Redis is down, because the caller already has a row in Postgres. */
export function createQueues(redis: RedisConfig): Queues {
  const connection = { ...toConnection(redis), maxRetriesPerRequest: null };
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection, defaultJobOptions: forgetful });
    queue.on('error', () => undefined);
    return queue;
  };
  const intake = open(queueNames.intake);
  const notify = open(queueNames.notify);
  const housekeeping = open(queueNames.housekeeping);

  const reachInTime = async <T>(work: Promise<T>): Promise<T> => {
    const late = new Promise<never>((_, reject) => setTimeout(reject, 3000, new Error('no answer in 3 s')).unref());
    return Promise.race([work, late]).catch((cause) => {
      throw new BootreadyError({
        code: 'unavailable',
        message: 'Redis does not answer.',
        remedy: 'Check REDIS_URL and the server. Nothing is lost; the sweep catches up.',
        retryable: true,
        cause,
      });
    });
  };

  // Job ids must not be all digits, and hold no ":" (https://docs.bullmq.io/guide/jobs/job-ids).
  const addIntake = together(
    async (groups: readonly (readonly number[])[]) => {
      const jobs = groups.flat().map((eventId) => ({
        name: 'settle',
        data: { eventId },
        opts: { ...intakeRetries, jobId: `event-${eventId}` },
      }));
      await reachInTime(intake.addBulk(jobs));
      return groups.map(() => undefined);
    },
    { most: 500, readSize: (ids) => ids.length },
  );

  return {
    all: [intake, notify, housekeeping],
    addIntake,
    addNotify: async (deliveryIds) => {
      await reachInTime(
        notify.addBulk(
          deliveryIds.map((deliveryId) => ({
            name: 'send-message',
            data: { deliveryId },
            opts: { ...notifyRetries, jobId: `delivery-${deliveryId}` },
          })),
        ),
      );
    },
    states: () => reachInTime(Promise.all([intake, notify, housekeeping].map(toState))),
    close: async () => {
      await Promise.all([intake, notify, housekeeping].map(closeQueue));
    },
  };
}

async function toState(queue: Queue): Promise<QueueState> {
  const [{ waiting = 0, active = 0, delayed = 0, failed = 0 }, [next]] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    queue.getJobs(['waiting'], 0, 0, true),
  ]);
  return {
    name: queue.name,
    counts: { waiting, active, delayed, failed },
    oldestWaitingSeconds: next ? (Date.now() - next.timestamp) / 1000 : 0,
  };
}
