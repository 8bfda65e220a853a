import { setTimeout as pause } from 'node:timers/promises';
import {
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { type TemporalConfig, temporalTlsVariables, toConnectionOptions } from '../adapters/temporal/config.ts';
import { tlsTrouble } from '../adapters/tls-trouble.ts';
import { type QueueBeside, queueBeside, sharedTaskQueue } from '../shared/contracts/workflow.ts';
import { explain } from '../shared/errors.ts';
import type { StepMeter } from '../shared/ports/meters.ts';
import type { Traces } from '../shared/ports/traces.ts';
import type { OnOwnQueue, OnSharedQueues } from '../workflows/activities.ts';
import { leastBetweenMs } from './activities/beating.ts';
import type { AllPlaces, Places, Reservation } from './places.ts';
import { traceEnds, watchActivities } from './watch-activities.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';

type CommonOption =
  | 'connection'
  | 'namespace'
  | 'identity'
  | 'interceptors'
  | 'sinks'
  | 'shutdownGraceTime'
  | 'shutdownForceTime'
  | 'maxHeartbeatThrottleInterval';

export type StepWorkerOptions = {
  temporal: TemporalConfig;
  workerId: string;
  ownTaskQueue: string;
  cacheDir: string;
  shared: OnSharedQueues;
  scratch: OnOwnQueue;
  /** How many at once of what waits beside the shared queue. */
  atOnce: { looks: number; deliveries: number };
  places: AllPlaces;
  /** Where Temporal's SDK serves its own metrics: host and port. */
  metrics: string | undefined;
  traces: Traces;
  meter: StepMeter;
  log: Logger;
};

/** Logs the messages that our steps send through Temporal's logger. Temporal's own messages are logged only if they are warnings or errors. */
function logOfSdk(log: Logger, { level, message, meta }: LogEntry): void {
  // All queues but one have activities only, on purpose.
  if (message.startsWith('No workflows registered')) return;
  if (level === 'INFO' && meta?.sdkComponent !== 'activity') return;
  log[level === 'ERROR' ? 'error' : level === 'INFO' ? 'info' : 'warn']({ ...meta }, message);
}

/** Named as Prometheus wants it: seconds, units and `_total` in the names. */
function sdkMetrics(bindAddress: string) {
  return {
    prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
  };
}

/** As many at once as there are places for; what waits, another worker may take. */
function whereThereIsRoom(places: Places, beyond = 0): Pick<WorkerOptions, 'tuner' | 'maxConcurrentActivityTaskPolls'> {
  const none = { type: 'fixed-size', numSlots: 1 } as const;
  return {
    tuner: {
      workflowTaskSlotSupplier: none,
      localActivityTaskSlotSupplier: none,
      nexusTaskSlotSupplier: none,
      activityTaskSlotSupplier: {
        type: 'custom',
        reserveSlot: (_, signal) => places.reserve(beyond, signal),
        tryReserveSlot: () => null,
        markSlotUsed: () => undefined,
        releaseSlot: ({ permit }) => places.giveBack(permit as Reservation),
      },
    },
    maxConcurrentActivityTaskPolls: 1,
  };
}

/** The worker takes only as many tasks from each queue as it can do at once. */
function queuesBeside({ shared, places, atOnce }: StepWorkerOptions) {
  const { admitFirst, beginAttempt, beginRepair, beginDownload, deliver } = shared;
  const { images, downloads } = places;
  return [
    { queue: 'admit', activities: { admitFirst }, maxConcurrentActivityTaskExecutions: atOnce.looks },
    { queue: 'begin', activities: { beginAttempt, beginRepair }, ...whereThereIsRoom(images) },
    // So that a project that wants one image made does not wait behind another's hundred that have started.
    { queue: 'begin-first', activities: { beginAttempt }, ...whereThereIsRoom(images, images.count) },
    { queue: 'fetch', activities: { beginDownload }, ...whereThereIsRoom(downloads) },
    { queue: 'deliver', activities: { deliver }, maxConcurrentActivityTaskExecutions: atOnce.deliveries },
  ] satisfies (Partial<WorkerOptions> & { queue: QueueBeside })[];
}

/** Between two tries to reach Temporal. */
const retryMs = 2000;

/**
 * Serves the shared task queue, with the workflows and what any worker can do, those beside it (shared/contracts/workflow.ts), and the one of this process alone,
 * whose activities share its scratch folder. Outlives Temporal: what breaks is made again until `close`.
 */
export function startStepWorker(options: StepWorkerOptions): { close(): Promise<void> } {
  const { temporal, workerId, log } = options;
  const { address, namespace } = temporal;
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => logOfSdk(log, entry)),
    ...(options.metrics ? { telemetryOptions: { metrics: sdkMetrics(options.metrics) } } : {}),
    // The process decides when it stops.
    shutdownSignals: [],
  });
  const stopping = new AbortController();
  let running: Worker[] = [];

  const serve = async (bundle: WorkflowBundle): Promise<void> => {
    const connection = await NativeConnection.connect(toConnectionOptions(temporal));
    try {
      const common: Pick<WorkerOptions, CommonOption> = {
        connection,
        namespace,
        identity: workerId,
        interceptors: { activity: [watchActivities({ ...options, worker: workerId })] },
        sinks: traceEnds(options.traces),
        // Cancels the steps of a worker that stops; they say so, and their run moves to another worker.
        shutdownGraceTime: '1s',
        shutdownForceTime: '20s',
        maxHeartbeatThrottleInterval: leastBetweenMs,
      };
      // The worker's own queue comes first: a worker that starts an attempt on the shared queue must be ready for its next step.
      const own = await Worker.create({
        ...common,
        taskQueue: options.ownTaskQueue,
        activities: options.scratch,
        // More than the slots allow: what waits for a slot has been picked up, and sends heartbeats.
        maxConcurrentActivityTaskExecutions: 200,
      });
      const besides = await Promise.all(
        queuesBeside(options).map(({ queue, ...how }) =>
          Worker.create({ ...common, taskQueue: queueBeside(sharedTaskQueue, queue), ...how }),
        ),
      );
      const shared = await Worker.create({
        ...common,
        taskQueue: sharedTaskQueue,
        workflowBundle: bundle,
        activities: options.shared,
        maxConcurrentActivityTaskExecutions: 20,
      });
      running = [own, ...besides, shared];
      if (stopping.signal.aborted) return;
      log.info({ temporal: { address, namespace }, workerId }, 'picks up steps');
      const runs = running.map((worker) => worker.run());
      try {
        await Promise.race(runs);
      } finally {
        endAll(running);
        await Promise.allSettled(runs);
      }
    } finally {
      running = [];
      await connection.close().catch(() => undefined);
    }
  };

  const endAll = (workers: readonly Worker[]): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };

  const loop = async (): Promise<void> => {
    const bundle = await loadWorkflowBundle(options.cacheDir);
    while (!stopping.signal.aborted) {
      try {
        await serve(bundle);
      } catch (error) {
        const trouble = temporal.tls && tlsTrouble(error, temporalTlsVariables);
        log.warn({ error: explain(error), ...trouble }, 'Temporal does not answer; trying again');
      }
      await pause(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const looping = loop();
  looping.catch((error: unknown) => {
    log.fatal({ error: explain(error) }, 'the worker cannot serve its task queues');
    process.exitCode = 3;
    process.kill(process.pid, 'SIGTERM');
  });

  return {
    close: async () => {
      stopping.abort();
      endAll(running);
      await looping.catch(() => undefined);
    },
  };
}
