import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createEventStore } from '../../adapters/database/event-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createImportTaskStore } from '../../adapters/database/import-task-store.ts';
import type { OpenDatabase } from '../../adapters/database/open.ts';
import { createOperationsStore } from '../../adapters/database/operations-store.ts';
import { createPlatformStore } from '../../adapters/database/platform-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import { createSessionStore } from '../../adapters/database/session-store.ts';
import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import { createWorkerRegistry } from '../../adapters/database/worker-registry.ts';
import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { loadConfig } from '../../shared/config.ts';
import { createSlots } from '../../shared/limits/fair-slots.ts';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { hashOfKey } from '../../shared/secrets/api-key.ts';
import { makeSecretKeys, newSecretsKey } from '../../shared/secrets/secret-keys.ts';

const plenty = '1000000000';

/** The API in this process, on a database and nothing else: for what only reads that. `ask` is a GET with a key of the project. */
export async function listsApp(
  database: OpenDatabase,
  change: (deps: Partial<ApiDeps>) => Partial<ApiDeps> = (deps) => deps,
): Promise<{
  ask(project: string, role: 'member' | 'admin', url: string): Promise<{ status: number; body: string }>;
  app: FastifyInstance;
}> {
  const secretsKey = newSecretsKey();
  const config = loadConfig({
    DATABASE_URL: 'postgres://nowhere',
    REDIS_URL: 'redis://nowhere',
    S3_ENDPOINT: 'http://127.0.0.1:1',
    S3_ACCESS_KEY: 'nobody',
    S3_SECRET_KEY: 'nobody-nobody',
    EVENTS_SECRET: 'secret-secret-secret',
    SECRETS_KEY: secretsKey,
    RATE_PER_ADDRESS: plenty,
    RATE_PER_KEY: plenty,
    RATE_PER_PROJECT: plenty,
  } as never);
  const secrets = makeSecretKeys(config.SECRETS_KEY);
  const { db, within, snapshot } = database.scoped();
  const keys = createApiKeyStore(database.db);
  const deps: Partial<ApiDeps> = {
    config,
    secrets,
    within,
    snapshot,
    keys,
    oidc: undefined,
    sessions: createSessionStore(database.db, { idleSeconds: 60 }),
    jobs: { states: async () => [] } as never,
    health: async () => ({}),
    images: createImageStore(db),
    importTasks: createImportTaskStore(db),
    projects: createProjectStore(db),
    events: { ...createEventStore(database.db), list: createEventStore(db).list },
    webhooks: createWebhookStore(db, secrets, 10),
    platform: createPlatformStore(db),
    repairs: createRepairStore(db),
    downloads: createDownloadStore(db),
    deliveries: createDeliveryStore(db),
    operations: createOperationsStore(database.db),
    usualSeconds: async () => ({}),
    lists: createSlots(requestLimits.listsAtOnce.most),
    requests: createSlots(requestLimits.requestsAtOnce.most),
    judging: createSlots(requestLimits.judgedAtOnce.most),
    workers: createWorkerRegistry(database.db),
    audit: createAuditLog(database.db),
  };
  const app = await createApp(change(deps) as ApiDeps, pino({ level: 'error' }));
  const known = new Map<string, string>();
  const keyFor = async (project: string, role: 'member' | 'admin'): Promise<string> => {
    const name = `${project} ${role}`;
    let key = known.get(name);
    if (key === undefined) {
      key = `br_${crypto.randomUUID()}`;
      await keys.create({ projectId: project, name, hash: hashOfKey(key), hint: 'hint', role });
      known.set(name, key);
    }
    return key;
  };
  return {
    app,
    ask: async (project, role, url) => {
      const authorization = `Bearer ${await keyFor(project, role)}`;
      const { statusCode, body } = await app.inject({ url, headers: { authorization } });
      return { status: statusCode, body };
    },
  };
}
