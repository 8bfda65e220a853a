import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { createDeliveryStore } from '../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../adapters/database/download-store.ts';
import { createEventStore } from '../adapters/database/event-store.ts';
import { createImageStore } from '../adapters/database/image-store.ts';
import { openDatabase } from '../adapters/database/open.ts';
import { createPlatformStore } from '../adapters/database/platform-store.ts';
import { createProjectStore } from '../adapters/database/project-store.ts';
import { createRepairStore } from '../adapters/database/repair-store.ts';
import { createRunStore } from '../adapters/database/run-store.ts';
import { createWebhookStore } from '../adapters/database/webhook-store.ts';
import { createWorkerRegistry } from '../adapters/database/worker-registry.ts';
import { openForeignDoor } from '../adapters/foreign/door.ts';
import { createJobMeter } from '../adapters/metrics/jobs.ts';
import { processMetrics } from '../adapters/metrics/process.ts';
import { serveMetrics } from '../adapters/metrics/serve.ts';
import { createStepMeter } from '../adapters/metrics/steps.ts';
import { watchWorker } from '../adapters/metrics/worker.ts';
import { openObjectStore, toStoreConfig } from '../adapters/object-store/open.ts';
import { createQueues } from '../adapters/queues/bullmq.ts';
import { startQueueWorkers } from '../adapters/queues/workers.ts';
import { openTargets } from '../adapters/targets/open.ts';
import { toTemporalConfig } from '../adapters/temporal/config.ts';
import { connectTemporal } from '../adapters/temporal/connect.ts';
import { createDeliveryStarter } from '../adapters/temporal/delivery-starter.ts';
import { createDownloadStarter, createRepairStarter } from '../adapters/temporal/order-starter.ts';
import { createRunStarter, toRunTimings } from '../adapters/temporal/run-starter.ts';
import { openTracedLog } from '../adapters/traces/traced-log.ts';
import { version } from '../adapters/version.ts';
import type { Config } from '../shared/config.ts';
import type { WorkerState } from '../shared/contracts/operations.ts';
import { explain } from '../shared/errors.ts';
import { admitTask } from '../shared/formats/admit-foreign.ts';
import { createSlots } from '../shared/limits/fair-slots.ts';
import { toLimits } from '../shared/limits/quota.ts';
import { readSigningKey } from '../shared/provenance/keys.ts';
import { makeSecretKeys } from '../shared/secrets/secret-keys.ts';
import { probeStore } from '../shared/store/store-traits.ts';
import { createDeliveryActivities } from './activities/deliver.ts';
import { createDownloadActivities, createDownloadLedger } from './activities/download.ts';
import { createAdmitActivities, createScratchActivities, createSharedActivities } from './activities/index.ts';
import { createRepairActivities, createRepairLedger } from './activities/repair.ts';
import { startByteThreads } from './bytes/threads.ts';
import { findCacheDir } from './cache-dir.ts';
import { startHeartbeat } from './heartbeat.ts';
import { lookTask } from './inspect/inspect.ts';
import { createDoor } from './internet/door.ts';
import { fetchSmall } from './internet/small-file.ts';
import { measureDeliveries, measureEnds, measureJobs, measureSteps } from './measure.ts';
import { beginInPlaces, createPlaces, inPlaces } from './places.ts';
import { queueHandlers } from './queues/handlers.ts';
import { createPost } from './queues/post.ts';
import { openScratch } from './scratch.ts';
import { createScratchRoom } from './scratch-room.ts';
import { createShares, whetherItStandsBack } from './shares.ts';
import { startStepWorker } from './step-worker.ts';
import { peekLayer } from './tools/decompress.ts';
import { kvmWorks } from './tools/kvm.ts';
import { setNiceness } from './tools/niceness.ts';
import { sandboxBounds } from './tools/sandbox-bounds.ts';
import { toolVersions } from './tools/versions.ts';

const looksAtOnce = 4;
const fetchedAtOnce = 4;
const deliveredAtOnce = 2;

/** How often each housekeeping job runs; the sweep is the installation's to choose. */
const every = { relay: 3, reap: 60, refresh: 60 } as const;

/** The composition root of a worker process: steps of runs (Temporal), queues (BullMQ), or both. */
export async function startWorker(
  config: Config,
  roles: { steps: boolean; queues: boolean },
): Promise<{ close(): Promise<void> }> {
  // Steps need none: a worker that runs tools on foreign images does not hold it.
  const secrets = roles.queues ? makeSecretKeys(config.SECRETS_KEY) : undefined;
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const { log, traces } = await openTracedLog(config, { role: 'worker', instance: workerId });
  const database = openDatabase(config.DATABASE_URL);
  const limits = toLimits(config);
  const store = openObjectStore(config);
  const registry = processMetrics('worker');
  const door = createDoor({ allowedHosts: config.WEB_DOWNLOAD_HOSTS });
  const foreign = openForeignDoor(
    roles.steps
      ? {
          keepReady: [admitTask.module, lookTask.module],
          tend: (tasks) => setNiceness(tasks, whetherItStandsBack()()),
        }
      : {},
  );
  const closing: (() => Promise<unknown>)[] = [traces.close, database.close, foreign.close];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
    log.info('stopped');
  };

  if (config.METRICS_PORT) {
    // Comes before anything else starts that an error here would have to end.
    const metrics = await serveMetrics(registry, { host: config.METRICS_HOST, port: config.METRICS_PORT });
    closing.push(metrics.close);
  }
  let state = async (): Promise<Partial<WorkerState>> => ({});
  if (roles.steps) {
    const bytes = startByteThreads(toStoreConfig(config));
    closing.push(bytes.close);
    const scratch = await openScratch(config.SCRATCH_DIR, workerId);
    closing.push(scratch.close);
    const cacheDir = findCacheDir(process.env);
    const shares = createShares();
    const ownTaskQueue = `bootready-${workerId}`;
    const keptForMs = config.CLAIM_SECONDS * 1000;
    const places = {
      // The next images are ready, so an image that waits for scratch space keeps no slot empty.
      images: createPlaces(2 * config.WORKER_CONCURRENCY, keptForMs),
      downloads: createPlaces(2 * fetchedAtOnce, keptForMs),
    };
    const deps = {
      config,
      runs: createRunStore(database.db, limits, traces),
      repairs: createRepairStore(database.db, limits),
      downloads: createDownloadStore(database.db, limits),
      deliveries: createDeliveryStore(database.db),
      images: createImageStore(database.db, limits),
      store,
      bytes,
      traits: askOnce(() => probeStore(store, config.IMAGES_BUCKET)),
      scratch,
      // A check of the first bytes must not wait behind hours of converting. Downloads wait for their servers, and need little processor time.
      slots: {
        scan: createSlots(looksAtOnce, shares),
        heavy: createSlots(config.WORKER_CONCURRENCY, shares),
        fetch: createSlots(fetchedAtOnce),
        send: createSlots(config.WORKER_CONCURRENCY),
      },
      room: createScratchRoom({ root: config.SCRATCH_DIR, space: scratch.space }),
      ownTaskQueue,
      admit: { foreign, peek: peekLayer },
      convert: { foreign, peek: peekLayer },
      inspect: { cacheDir, foreign },
      door,
      mend: { cacheDir, foreign, packageHosts: config.REPAIR_PACKAGE_HOSTS, virtioWin: config.VIRTIO_WIN },
      signingKey: config.PROVENANCE_KEY ? readSigningKey(config.PROVENANCE_KEY) : undefined,
    };
    const { heavy } = deps.slots;
    const tools = toolVersions(new AbortController().signal).catch(() => ({}));
    state = async () => ({
      scratch: await scratch.space(),
      slots: { count: heavy.count, busy: heavy.busy, waiting: heavy.waiting },
      kvm: await kvmWorks(),
      tools: await tools,
    });
    watchWorker(registry, { space: scratch.space, slots: deps.slots, room: deps.room });
    const meter = createStepMeter(registry);
    const steps = startStepWorker({
      temporal: toTemporalConfig(config),
      workerId,
      ownTaskQueue,
      cacheDir,
      shared: {
        ...measureEnds(
          {
            ...createAdmitActivities(deps),
            ...beginInPlaces(
              { ...createSharedActivities(deps), ...createRepairLedger(deps), ...createDownloadLedger(deps) },
              places,
            ),
          },
          meter,
        ),
        ...measureDeliveries(
          createDeliveryActivities({
            ...deps,
            workerId,
            targets: openTargets(config.TARGETS),
            slots: createSlots(deliveredAtOnce),
          }),
          meter,
        ),
      },
      scratch: inPlaces(
        measureSteps(
          { ...createScratchActivities(deps), ...createRepairActivities(deps), ...createDownloadActivities(deps) },
          meter,
        ),
        places,
      ),
      // One more waits than has a slot, so that projects have turns.
      atOnce: { looks: 2 * looksAtOnce, deliveries: 2 * deliveredAtOnce },
      places,
      metrics: config.TEMPORAL_METRICS_PORT ? `${config.METRICS_HOST}:${config.TEMPORAL_METRICS_PORT}` : undefined,
      traces,
      log,
    });
    closing.push(steps.close);
  }

  if (secrets) {
    const temporal = connectTemporal(toTemporalConfig(config), traces);
    const queues = createQueues(config);
    const startDownload = createDownloadStarter(temporal, toRunTimings(config));
    closing.push(temporal.close, queues.close);
    const handlers = measureJobs(
      queueHandlers({
        foreign,
        store,
        jobs: queues,
        images: createImageStore(database.db, limits),
        projects: createProjectStore(database.db, limits),
        events: createEventStore(database.db),
        webhooks: createWebhookStore(database.db, secrets),
        post: createPost({ toPrivateAddresses: config.WEBHOOKS_TO_PRIVATE_ADDRESSES }),
        starter: createRunStarter(temporal, toRunTimings(config)),
        orders: [
          { store: createRepairStore(database.db, limits), start: createRepairStarter(temporal, toRunTimings(config)) },
          { store: createDownloadStore(database.db, limits), start: startDownload },
        ],
        platform: createPlatformStore(database.db, limits),
        deliveries: createDeliveryStore(database.db),
        startDelivery: createDeliveryStarter(temporal, toRunTimings(config)),
        startDownload,
        fetchSmall: (url) => fetchSmall(door, url),
        eventsKeepSeconds: config.EVENTS_KEEP_DAYS * 24 * 3600,
        uploadsBucket: config.UPLOADS_BUCKET,
        imagesBucket: config.IMAGES_BUCKET,
        traces,
        log,
      }),
      createJobMeter(registry),
    );
    const workers = startQueueWorkers(handlers, {
      redis: config,
      everySeconds: { sweep: config.SWEEP_SECONDS, ...every },
      onError: (queue, error) => log.warn({ queue, error: explain(error) }, 'a queue has trouble'),
    });
    closing.push(workers.close);
  }
  const heartbeat = startHeartbeat(createWorkerRegistry(database.db), workerId, async () => ({
    host: hostname(),
    version,
    roles: (['steps', 'queues'] as const).filter((role) => roles[role]),
    tools: {},
    ...(await state()),
  }));
  closing.push(heartbeat.close);
  log.info({ roles, ...(roles.steps ? { sandbox: sandboxBounds() } : {}) }, 'started');
  return { close };
}

/** An answer is kept, a failure is not. */
function askOnce<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
