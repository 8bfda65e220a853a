import { hostname } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from 'pino';
import { createAuditLog } from '../adapters/database/audit-log.ts';
import { createDeliveryStore } from '../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../adapters/database/download-store.ts';
import { createEventStore } from '../adapters/database/event-store.ts';
import { openImageFeed } from '../adapters/database/image-feed.ts';
import { createImageStore } from '../adapters/database/image-store.ts';
import { createImportTaskStore } from '../adapters/database/import-task-store.ts';
import { openDatabase } from '../adapters/database/open.ts';
import { createOperationsStore } from '../adapters/database/operations-store.ts';
import { createPlatformStore } from '../adapters/database/platform-store.ts';
import { createApiKeyStore, createProjectStore } from '../adapters/database/project-store.ts';
import { createRepairStore } from '../adapters/database/repair-store.ts';
import { createSessionStore } from '../adapters/database/session-store.ts';
import { createWebhookStore } from '../adapters/database/webhook-store.ts';
import { createWorkerRegistry } from '../adapters/database/worker-registry.ts';
import { openForeignDoor } from '../adapters/foreign/door.ts';
import { installationHealth } from '../adapters/health.ts';
import { createHttpMeter } from '../adapters/metrics/http.ts';
import { watchInstallation } from '../adapters/metrics/installation.ts';
import { processMetrics } from '../adapters/metrics/process.ts';
import { type MetricsServer, serveMetrics } from '../adapters/metrics/serve.ts';
import { openObjectStore } from '../adapters/object-store/open.ts';
import { openOidcIssuer } from '../adapters/oidc/open.ts';
import { createQueues } from '../adapters/queues/bullmq.ts';
import { openRateCounters } from '../adapters/redis/rate-counters.ts';
import { toTemporalConfig } from '../adapters/temporal/config.ts';
import { connectTemporal } from '../adapters/temporal/connect.ts';
import { createDeliveryStarter } from '../adapters/temporal/delivery-starter.ts';
import { createDownloadStarter, createRepairStarter } from '../adapters/temporal/order-starter.ts';
import { createRunStarter, toRunTimings } from '../adapters/temporal/run-starter.ts';
import { openTracedLog } from '../adapters/traces/traced-log.ts';
import type { Config } from '../shared/config.ts';
import { BootreadyError, isBootreadyError } from '../shared/errors.ts';
import { admitTask } from '../shared/formats/admit-foreign.ts';
import { createSlots } from '../shared/limits/fair-slots.ts';
import { toLimits } from '../shared/limits/quota.ts';
import { requestLimits } from '../shared/limits/request-limits.ts';
import { toOidcSettings } from '../shared/oidc/settings.ts';
import { heapOptions } from '../shared/operation/process-roles.ts';
import { makeSecretKeys } from '../shared/secrets/secret-keys.ts';
import { createApp } from './app.ts';
import { createUploadMemory } from './http/memory-budget.ts';
import { queueBoard } from './operations/queue-board.ts';
import { keepUsualSeconds } from './operations/usual-seconds.ts';

/** The composition root of the API process. Starts, and stays, while what it depends on is down. */
export async function startApi(config: Config): Promise<{ url: string; close(): Promise<void> }> {
  const oidcSettings = toOidcSettings(config);
  const secrets = makeSecretKeys(config.SECRETS_KEY);
  const { log, traces } = await openTracedLog(config, { role: 'api', instance: `${hostname()}-${process.pid}` });
  const database = openDatabase(config.DATABASE_URL);
  const limits = toLimits(config);
  const feed = openImageFeed(config.DATABASE_URL);
  const queues = createQueues(config);
  const temporal = connectTemporal(toTemporalConfig(config), traces);
  const counters = openRateCounters(config);
  const store = openObjectStore(config);
  // The slots for judging are fair, the door is not: it must not be narrower, their extra slot included.
  const foreign = openForeignDoor({ atOnce: requestLimits.judgedAtOnce.most + 1, keepReady: [admitTask.module] });
  const keys = createApiKeyStore(database.db);
  const sessions = createSessionStore(database.db, { idleSeconds: config.SESSION_IDLE_MINUTES * 60 });
  const oidc = oidcSettings && openOidcIssuer(oidcSettings);
  const health = installationHealth({ config, db: database.db, queues, temporal, store });
  const operations = createOperationsStore(database.db);
  const registry = processMetrics('api');
  const { db, within, snapshot } = database.scoped();
  // The API must know which projects of a token exist before it knows in which of them the user acts.
  const projects = { ...createProjectStore(db, limits), existing: createProjectStore(database.db).existing };
  const app = await createApp(
    {
      config,
      secrets,
      within,
      snapshot,
      keys,
      sessions,
      oidc,
      feed,
      store,
      foreign,
      jobs: queues,
      images: createImageStore(db, limits),
      importTasks: createImportTaskStore(db),
      projects,
      // The inbox accepts notifications from every sender; projects read their own.
      events: { ...createEventStore(database.db, traces), list: createEventStore(db).list },
      webhooks: createWebhookStore(db, secrets, config.MAX_WEBHOOKS),
      starter: createRunStarter(temporal, toRunTimings(config)),
      platform: createPlatformStore(db, limits),
      repairs: createRepairStore(db, limits),
      startRepair: createRepairStarter(temporal, toRunTimings(config)),
      downloads: createDownloadStore(db, limits),
      deliveries: createDeliveryStore(db),
      startDelivery: createDeliveryStarter(temporal, toRunTimings(config)),
      startDownload: createDownloadStarter(temporal, toRunTimings(config)),
      operations,
      usualSeconds: keepUsualSeconds(operations),
      workers: createWorkerRegistry(database.db),
      rateCounters: counters,
      lists: createSlots(requestLimits.listsAtOnce.most),
      requests: createSlots(requestLimits.requestsAtOnce.most),
      judging: createSlots(requestLimits.judgedAtOnce.most),
      uploadMemory: createUploadMemory(config.API_UPLOAD_MEMORY),
      audit: createAuditLog(database.db),
      health,
      meter: createHttpMeter(registry),
      traces,
      queueBoard: queueBoard(queues.all, { keys, projects, oidc, sessions }),
      portalFolder: join(import.meta.dirname, '../portal/dist'),
    },
    log,
  );
  let metrics: MetricsServer | undefined;
  const close = async (): Promise<void> => {
    await app.close();
    await metrics?.close();
    await Promise.allSettled([foreign.close(), queues.close(), feed.close(), temporal.close(), traces.close()]);
    await database.close();
    counters.disconnect();
    log.info('stopped');
  };
  try {
    if (config.METRICS_PORT) {
      const ask = watchInstallation(registry, { operations, queues, health });
      metrics = await serveMetrics(registry, { host: config.METRICS_HOST, port: config.METRICS_PORT }, ask);
    }
    const url = await app.listen({ host: config.API_HOST, port: config.API_PORT });
    warnOfHeap(log);
    log.info({ url }, 'serves');
    return { url, close };
  } catch (cause) {
    await close();
    if (isBootreadyError(cause)) throw cause;
    throw new BootreadyError({
      code: 'unavailable',
      message: `The API cannot listen on ${config.API_HOST}:${config.API_PORT}.`,
      remedy: 'Another program may use the port: choose another one with API_PORT.',
      cause,
    });
  }
}

/** Garbage may fill the memory up to V8's limit. */
function warnOfHeap(log: Logger): void {
  const { heap_size_limit: bytes } = getHeapStatistics();
  if (bytes > 1024 ** 3) {
    log.warn({ bytes }, `the heap may grow far beyond what is needed: set NODE_OPTIONS="${heapOptions.api.join(' ')}"`);
  }
}
