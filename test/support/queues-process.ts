import { createQueues } from '../../adapters/queues/bullmq.ts';
import { startQueueWorkers } from '../../adapters/queues/workers.ts';

/**
 * A process that has the queues open and nothing else, for the test that it can be stopped: says "working" with its first job,
 * closes all on SIGTERM, and then ends only if nothing keeps it. Its argument is the URL of Redis.
 */
const redis = { REDIS_URL: process.argv[2] ?? '' };
function idle(): Promise<void> {
  return Promise.resolve();
}
const queues = createQueues(redis);
const workers = startQueueWorkers(
  {
    intake: idle,
    notify: idle,
    housekeeping: {
      sweep: () => Promise.resolve(process.stdout.write('working\n')),
      relay: idle,
      reap: idle,
      refresh: idle,
    },
  },
  { redis, everySeconds: { sweep: 1, relay: 1, reap: 1, refresh: 1 }, onError: () => undefined },
);
await queues.addIntake([1]).catch(() => undefined);
process.once('SIGTERM', () => void workers.close().then(() => queues.close()));
