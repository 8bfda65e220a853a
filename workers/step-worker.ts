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
import { connectionOptionsOf, type TemporalConfig, temporalTlsVariables } from '../adapters/temporal/config.ts';
import { tlsTrouble } from '../adapters/tls-trouble.ts';
import { sharedTaskQueue } from '../shared/contracts/workflow.ts';
import { explain } from '../shared/errors.ts';
import type { Traces } from '../shared/ports/traces.ts';
import type { OnOwnQueue, OnSharedQueue } from '../workflows/activities.ts';
import { leastBetweenMs } from './activities/beating.ts';
import { activityLogAttributes } from './log-attributes.ts';
import { traceActivities, traceEnds } from './traced-runs.ts';
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
  shared: OnSharedQueue;
  scratch: OnOwnQueue;
  /** Where Temporal's SDK serves its own metrics: host and port. */
  metrics: string | undefined;
  traces: Traces;
  log: Logger;
};

/** What our steps say by Temporal's logger, and of what Temporal says itself only what is a warning. */
const logOfSdk = (log: Logger, { level, message, meta }: LogEntry): void => {
  // The own queue has activities only, on purpose.
  if (message.startsWith('No workflows registered')) return;
  if (level === 'INFO' && meta?.sdkComponent !== 'activity') return;
  log[level === 'ERROR' ? 'error' : level === 'INFO' ? 'info' : 'warn']({ ...meta }, message);
};

/** Named as Prometheus wants it: seconds, units and `_total` in the names. */
const sdkMetrics = (bindAddress: string) => ({
  prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
});

/** Between two tries to reach Temporal. */
const retryMs = 2000;

/**
 * Serves two task queues: the shared one, with the workflows and what any worker can do, and the one of this process alone,
 * whose activities share its scratch folder. Outlives Temporal: what breaks is made anew until `close`.
 */
export const startStepWorker = (options: StepWorkerOptions): { close(): Promise<void> } => {
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
    const connection = await NativeConnection.connect(connectionOptionsOf(temporal));
    try {
      const common: Pick<WorkerOptions, CommonOption> = {
        connection,
        namespace,
        identity: workerId,
        interceptors: { activity: [traceActivities(options.traces, workerId), activityLogAttributes] },
        sinks: traceEnds(options.traces),
        // Cancels the steps of a worker that stops; they say so, and their run moves to another worker.
        shutdownGraceTime: '1s',
        shutdownForceTime: '20s',
        maxHeartbeatThrottleInterval: leastBetweenMs,
      };
      // The own queue first: whoever begins an attempt on the shared one must be there for its next step.
      const own = await Worker.create({
        ...common,
        taskQueue: options.ownTaskQueue,
        activities: options.scratch,
        // More than the slots allow: what waits for a slot has been taken up, and sends heartbeats.
        maxConcurrentActivityTaskExecutions: 200,
      });
      const shared = await Worker.create({
        ...common,
        taskQueue: sharedTaskQueue,
        workflowBundle: bundle,
        activities: options.shared,
        maxConcurrentActivityTaskExecutions: 20,
      });
      running = [own, shared];
      if (stopping.signal.aborted) return;
      log.info({ temporal: { address, namespace }, workerId }, 'takes up steps');
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
        const trouble = tlsTrouble(error, temporalTlsVariables);
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
};
