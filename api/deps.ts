import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '../shared/config.ts';
import type { Slots } from '../shared/limits/fair-slots.ts';
import type { AuditLog } from '../shared/ports/audit.ts';
import type { DeliveryStarter, DeliveryStore } from '../shared/ports/deliveries.ts';
import type { DownloadStore } from '../shared/ports/downloads.ts';
import type { EventStore } from '../shared/ports/events.ts';
import type { ForeignDoor } from '../shared/ports/foreign.ts';
import type { ImageStore } from '../shared/ports/images.ts';
import type { ImportTaskStore } from '../shared/ports/import-tasks.ts';
import type { ImageFeed, JobQueue } from '../shared/ports/jobs.ts';
import type { HttpMeter } from '../shared/ports/meters.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { OidcIssuer } from '../shared/ports/oidc.ts';
import type { OperationsStore, UsualSeconds } from '../shared/ports/operations.ts';
import type { OrderStarter } from '../shared/ports/orders.ts';
import type { PlatformStore } from '../shared/ports/platform.ts';
import type { ApiKeyStore, ProjectStore, SessionStore } from '../shared/ports/projects.ts';
import type { RateCounters } from '../shared/ports/rate-counters.ts';
import type { RepairStore } from '../shared/ports/repairs.ts';
import type { RunStarter } from '../shared/ports/run-starter.ts';
import type { WithinScope, WithinSnapshot } from '../shared/ports/scope.ts';
import type { Traces } from '../shared/ports/traces.ts';
import type { WebhookStore } from '../shared/ports/webhooks.ts';
import type { WorkerRegistry } from '../shared/ports/workers.ts';
import type { SecretKeys } from '../shared/secrets/secret-keys.ts';
import type { MemoryBudget } from './http/memory-budget.ts';

/** Everything that the routes use: only ports, built by api/main.ts. */
export type ApiDeps = {
  config: Config;
  /** Sign the tokens. */
  secrets: Pick<SecretKeys, 'derive'>;
  /** Some stores below hold data of projects. They are called in the scope of the caller (identity.ts). */
  within: WithinScope;
  /** For answers that are put together from several reads. */
  snapshot: WithinSnapshot;
  images: ImageStore;
  importTasks: ImportTaskStore;
  projects: ProjectStore;
  keys: ApiKeyStore;
  sessions: SessionStore;
  /** Undefined where nobody signs in by OpenID Connect. */
  oidc: OidcIssuer | undefined;
  events: EventStore;
  webhooks: WebhookStore;
  jobs: JobQueue;
  store: ObjectStore;
  foreign: ForeignDoor;
  starter: RunStarter;
  platform: PlatformStore;
  repairs: RepairStore;
  startRepair: OrderStarter;
  downloads: DownloadStore;
  startDownload: OrderStarter;
  deliveries: DeliveryStore;
  startDelivery: DeliveryStarter;
  feed: ImageFeed;
  /** Whether each dependency answers, by name. Quick: answers are kept for seconds. */
  health: () => Promise<Record<string, boolean>>;
  meter?: HttpMeter;
  traces?: Pick<Traces, 'begin'>;
  operations: OperationsStore;
  /** How long steps usually take, as of some minutes ago. */
  usualSeconds: () => Promise<UsualSeconds>;
  workers: WorkerRegistry;
  /** Lists of images are made a few at a time, and projects take turns. */
  lists: Pick<Slots, 'use'>;
  /** The same for all requests with a key, of which more are worked on at once. */
  requests: Pick<Slots, 'use'>;
  /** The same for images that are checked before they are kept unchanged. */
  judging: Pick<Slots, 'use'>;
  /** The budget for image data that passes through this process. */
  uploadMemory: MemoryBudget;
  /** Where requests are counted, for all API processes together. */
  rateCounters?: RateCounters;
  audit: AuditLog;
  queueBoard?: FastifyPluginAsync;
  /** The folder of the built portal; it is served if the folder exists. */
  portalFolder?: string;
};
