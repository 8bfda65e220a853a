import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import {
  Client,
  Connection,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { DeliveryOrder } from '../../shared/contracts/delivery.ts';
import type { ConvertedDisk } from '../../shared/contracts/run.ts';
import {
  type DeliverImageInput,
  deliverImageType,
  downloadImageType,
  makeDeliveryWorkflowId,
  type ProcessImageInput,
  processImageType,
  queueBeside,
  queuesBeside,
  repairImageType,
} from '../../shared/contracts/workflow.ts';
import { leastBetweenMs } from '../../workers/activities/beating.ts';
import { workflowInterceptorModules } from '../../workers/workflow-bundle.ts';
import type { Attempt, FinishedRun, Lane, OnOwnQueue, OnSharedQueues, OrderEnd } from '../../workflows/activities.ts';

/** The workflows on a real Temporal, with steps that behave as told: as real ones cannot be made to. */

export type Step = keyof (OnSharedQueues & OnOwnQueue);
export type Behaviour = Partial<Record<Step, () => Promise<void>>>;
/** `targets`: where what is published goes. `rejectedLate`: by what is inside, when it has been converted. */
export type WorldOptions = {
  deadWorkers?: number;
  rejected?: boolean;
  rejectedLate?: boolean;
  targets?: string[];
  lane?: Lane;
};
export type World = {
  /** Every step that was done, in order; but for what goes on beside them. */
  calls: Step[];
  /** How often the parts were sent ahead. */
  sentAhead(): number;
  finished: FinishedRun[];
  /** Repairs and downloads that came to no upload. */
  ended: { failure?: { code: string } }[];
  run: () => Promise<WorkflowHandleWithFirstExecutionRunId>;
  /** Which queue beside the shared one the step was asked for in, and by whose key. */
  waitsIn: (
    handle: WorkflowHandle,
    step: Step,
  ) => Promise<{ queue: string | undefined; fairnessKey: string | undefined }>;
  repair: () => Promise<WorkflowHandleWithFirstExecutionRunId>;
  download: () => Promise<WorkflowHandleWithFirstExecutionRunId>;
  /** Why deliveries failed for good, by target. */
  undelivered: Map<string, { code: string }>;
  /** Of the first target, once its workflow was started. */
  delivery: () => WorkflowHandle;
  /** Starts it, and waits for its end, as the sweep would. */
  sweepDelivery: () => Promise<void>;
  /** Ends its workers. */
  close: () => Promise<void>;
};
export type Stage = {
  /** Activities that note their calls and behave as told; `deadWorkers` attempts get a task queue that nobody serves. */
  world(behaviour: Behaviour, options?: WorldOptions): Promise<World>;
  /** Ends the workers of all worlds. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export function workflowBundle(
  workflowsPath = join(import.meta.dirname, '../../workflows/index.ts'),
): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ logger: new DefaultLogger('ERROR'), workflowsPath, workflowInterceptorModules });
}

/** In what is recorded, instead of the process and the host. */
const identity = 'world';

const converted: ConvertedDisk = {
  format: 'raw',
  size: 1024,
  virtualSize: 1024,
  allocatedSize: 512,
  sha256: 'a'.repeat(64),
};
const refused = { code: 'qcow2-backing-file', step: 'admit', outcome: 'fail', params: {} } as const;
const disk = { format: 'vmdk', variant: 'streamOptimized', virtualSize: 1024 } as const;

export async function openStage(address: string): Promise<Stage> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const [connection, bundle] = await Promise.all([NativeConnection.connect({ address }), workflowBundle()]);
  const client = new Client({ connection: await Connection.connect({ address }), identity });
  const open = new Set<World>();
  const clear = async (): Promise<void> => {
    for (const world of open) await world.close();
  };

  const world = async (behaviour: Behaviour, options: WorldOptions = {}): Promise<World> => {
    const calls: Step[] = [];
    const finished: FinishedRun[] = [];
    const ended: World['ended'] = [];
    const undelivered: World['undelivered'] = new Map();
    const sharedQueue = `shared-${randomUUID()}`;
    const ownQueue = `own-${randomUUID()}`;
    const input: ProcessImageInput = {
      imageId: randomUUID(),
      runId: randomUUID(),
      heartbeatSeconds: 4,
      claimSeconds: 4,
      stepHours: 1,
    };
    const orders: DeliveryOrder[] = (options.targets ?? []).map((target) => ({
      deliveryId: randomUUID(),
      number: 1,
      imageId: input.imageId,
      projectId: 'demo',
      target,
    }));
    let fence = 0;
    let sentAhead = 0;
    const does = async <T>(step: Step, result: T): Promise<T> => {
      calls.push(step);
      await behaviour[step]?.();
      return result;
    };
    const nextWorker = () => {
      fence++;
      return { fence, taskQueue: fence <= (options.deadWorkers ?? 0) ? `dead-${randomUUID()}` : ownQueue };
    };
    const endOrder =
      (step: 'endRepair' | 'endDownload') =>
      ({ imageId: _, ...end }: OrderEnd) => {
        ended.push(end);
        return does(step, undefined);
      };
    const shared: OnSharedQueues = {
      deliver: () => does('deliver', undefined),
      failDelivery: ({ target }, failure) => {
        undelivered.set(target, failure);
        return does('failDelivery', undefined);
      },
      admitFirst: (run) =>
        does('admitFirst', {
          attempt: { ...run, fence: 0, taskQueue: 'none' },
          admission: { layers: [], disk, findings: options.rejected ? [refused] : [] },
          ...(options.lane ? { lane: options.lane } : {}),
        }),
      beginAttempt: (run) => does('beginAttempt', { ...run, ...nextWorker() }),
      beginRepair: (repair) => does('beginRepair', { ...repair, ...nextWorker() }),
      endRepair: endOrder('endRepair'),
      beginDownload: (download) => does('beginDownload', { ...download, ...nextWorker() }),
      endDownload: endOrder('endDownload'),
      judge: ({ imageId, runId }: Attempt) => {
        const verdict = options.rejected || options.rejectedLate ? 'reject' : 'publish';
        const upload = { bucket: 'b', key: 'k', etag: 'e', size: 1 };
        const report = { schema: 'bootready.report/v1', imageId, runId, verdict, upload } as const;
        return does('judge', { verdict, report: { ...report, layers: [], findings: [], tools: {} } });
      },
      finishRun: ({ imageId, runId, ...end }) => {
        finished.push(end);
        return does('finishRun', undefined);
      },
    };
    const scratch: OnOwnQueue = {
      // Of runs of before: none is made here.
      admit: () => does('admit', { layers: [], disk, findings: [] }),
      convert: () => does('convert', { disk, converted, layers: [], findings: [], tools: {} }),
      sendAhead: async () => {
        sentAhead++;
        await behaviour.sendAhead?.();
      },
      inspect: () => does('inspect', { guest: {}, findings: [], tools: {} }),
      bootCheck: () => does('bootCheck', { findings: [] }),
      publish: () => does('publish', orders),
      discardScratch: () => does('discardScratch', undefined),
      mend: () => does('mend', undefined),
      handOver: () => does('handOver', undefined),
      discardRepair: () => does('discardRepair', undefined),
      fetchUpload: () => does('fetchUpload', undefined),
    };
    const common = {
      connection,
      identity,
      namespace: 'default',
      shutdownForceTime: '2s',
      maxHeartbeatThrottleInterval: leastBetweenMs,
      shutdownGraceTime: 0,
    } as const;
    const workers = await Promise.all([
      Worker.create({ ...common, taskQueue: sharedQueue, workflowBundle: bundle, activities: shared }),
      Worker.create({ ...common, taskQueue: ownQueue, activities: scratch }),
      ...queuesBeside.map((which) =>
        Worker.create({ ...common, taskQueue: queueBeside(sharedQueue, which), activities: shared }),
      ),
    ]);
    const running = workers.map((worker) => worker.run());
    const order = (type: string, prefix: string) => {
      const { runId: _, ...args } = input;
      const workflowId = `${prefix}-${input.imageId}`;
      return client.workflow.start(type, { taskQueue: sharedQueue, workflowId, args: [args] });
    };
    const made: World = {
      calls,
      sentAhead: () => sentAhead,
      finished,
      ended,
      undelivered,
      sweepDelivery: async () => {
        const order = orders[0] as DeliveryOrder;
        const { imageId: _image, runId: _run, ...timings } = input;
        await client.workflow.execute(deliverImageType, {
          taskQueue: sharedQueue,
          workflowId: makeDeliveryWorkflowId(order),
          args: [{ order, ...timings } satisfies DeliverImageInput],
        });
      },
      delivery: () => client.workflow.getHandle(makeDeliveryWorkflowId(orders[0] as DeliveryOrder)),
      run: () =>
        client.workflow.start(processImageType, {
          taskQueue: sharedQueue,
          workflowId: `image-${input.imageId}-run-1`,
          args: [input],
          priority: { fairnessKey: 'demo' },
        }),
      waitsIn: async (handle, step) => {
        const { events } = await handle.fetchHistory();
        const scheduled = events
          ?.map((event) => event.activityTaskScheduledEventAttributes)
          .find((asked) => asked?.activityType?.name === step);
        return {
          queue: scheduled?.taskQueue?.name?.slice(`${sharedQueue}-`.length),
          fairnessKey: scheduled?.priority?.fairnessKey || 'demo',
        };
      },
      repair: () => order(repairImageType, 'repair'),
      download: () => order(downloadImageType, 'download'),
      close: async () => {
        if (!open.delete(made)) return;
        for (const worker of workers) worker.shutdown();
        await Promise.all(running);
      },
    };
    open.add(made);
    return made;
  };

  return {
    world,
    clear,
    close: async () => {
      await clear();
      await client.connection.close();
      await connection.close();
    },
  };
}

export function once(work: () => Promise<void>) {
  let done = false;
  return async (): Promise<void> => {
    if (done) return;
    done = true;
    await work();
  };
}

export function fails(nonRetryable: boolean) {
  return (): Promise<void> =>
    Promise.reject(
      ApplicationFailure.create({
        message: 'It broke.',
        type: 'unavailable',
        nonRetryable,
        details: [{ remedy: 'Mend it.' }],
      }),
    );
}

/** As steps say that are bound to no worker. */
export function workerStopsAnywhere(): Promise<void> {
  return Promise.reject(ApplicationFailure.retryable('The worker was stopped.', 'worker-stopped'));
}

export function workerStops(): Promise<void> {
  return Promise.reject(ApplicationFailure.nonRetryable('The worker was stopped.', 'worker-stopped'));
}

/** Works, with heartbeats, until it hears that it is cancelled; `entered` resolves when it works, `heard` is the reason. */
export function untilCancelled() {
  const entered = Promise.withResolvers<void>();
  const state = {
    entered: entered.promise,
    heard: undefined as unknown,
    work: async (): Promise<void> => {
      entered.resolve();
      const { cancellationSignal, heartbeat } = Context.current();
      const beating = setInterval(() => heartbeat(), 200);
      try {
        await new Promise((_, reject) =>
          cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason)),
        );
      } catch (error) {
        state.heard = error;
        throw error;
      } finally {
        clearInterval(beating);
      }
    },
  };
  return state;
}
