import { createDeliveryStore } from '../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../adapters/database/download-store.ts';
import { createEventStore } from '../adapters/database/event-store.ts';
import { createImageStore } from '../adapters/database/image-store.ts';
import { createPlatformStore } from '../adapters/database/platform-store.ts';
import { createProjectStore } from '../adapters/database/project-store.ts';
import { createRepairStore } from '../adapters/database/repair-store.ts';
import { createWebhookStore } from '../adapters/database/webhook-store.ts';
import { createJobMeter } from '../adapters/metrics/jobs.ts';
import { createQueues } from '../adapters/queues/bullmq.ts';
import { startQueueWorkers } from '../adapters/queues/workers.ts';
import { toTemporalConfig } from '../adapters/temporal/config.ts';
import { connectTemporal } from '../adapters/temporal/connect.ts';
import { createDeliveryStarter } from '../adapters/temporal/delivery-starter.ts';
import { createDownloadStarter, createRepairStarter } from '../adapters/temporal/order-starter.ts';
import { createRunStarter, toRunTimings } from '../adapters/temporal/run-starter.ts';
import { explain } from '../shared/errors.ts';
import type { SecretKeys } from '../shared/secrets/secret-keys.ts';
import type { Core } from './core.ts';
import { fetchSmall } from './internet/small-file.ts';
import { queueHandlers } from './queues/handlers.ts';
import { measureJobs } from './queues/measure-jobs.ts';
import { createPace } from './queues/pace.ts';
import { createPost } from './queues/post.ts';

/** How often each housekeeping job runs; the sweep is the installation's to choose. */
const every = { relay: 3, reap: 60, refresh: 60 } as const;

/** The jobs of the queues (BullMQ): notifications, webhooks, housekeeping. */
export function startQueues(
  { config, db, limits, store, foreign, internet, traces, log, registry, onClose }: Core,
  secrets: SecretKeys,
): void {
  const temporal = connectTemporal(toTemporalConfig(config), traces);
  const queues = createQueues(config);
  onClose(temporal.close, queues.close);
  const timings = toRunTimings(config);
  const downloads = { store: createDownloadStore(db, limits), start: createDownloadStarter(temporal, timings) };
  const images = createImageStore(db, limits);
  const starter = createRunStarter(temporal, timings);
  const handlers = queueHandlers({
    foreign,
    store,
    jobs: queues,
    images,
    projects: createProjectStore(db, limits),
    events: createEventStore(db),
    webhooks: createWebhookStore(db, secrets),
    post: createPost({ toPrivateAddresses: config.WEBHOOKS_TO_PRIVATE_ADDRESSES }),
    starter,
    pace: createPace({ starter, images, log }),
    orders: [{ store: createRepairStore(db, limits), start: createRepairStarter(temporal, timings) }, downloads],
    platform: createPlatformStore(db, limits),
    deliveries: createDeliveryStore(db),
    startDelivery: createDeliveryStarter(temporal, timings),
    startDownload: downloads.start,
    fetchSmall: (url) => fetchSmall(internet, url),
    eventsKeepSeconds: config.EVENTS_KEEP_DAYS * 24 * 3600,
    uploadsBucket: config.UPLOADS_BUCKET,
    imagesBucket: config.IMAGES_BUCKET,
    traces,
    log,
  });
  const workers = startQueueWorkers(measureJobs(handlers, createJobMeter(registry)), {
    redis: config,
    everySeconds: { sweep: config.SWEEP_SECONDS, ...every },
    onError: (queue, error) => log.warn({ queue, error: explain(error) }, 'a queue has trouble'),
  });
  onClose(workers.close);
}
