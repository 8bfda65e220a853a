import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { openDatabase } from '../adapters/database/open.ts';
import { openForeignDoor } from '../adapters/foreign/door.ts';
import { processMetrics } from '../adapters/metrics/process.ts';
import { serveMetrics } from '../adapters/metrics/serve.ts';
import { openObjectStore } from '../adapters/object-store/open.ts';
import { openTracedLog } from '../adapters/traces/traced-log.ts';
import type { Config } from '../shared/config.ts';
import { admitTask } from '../shared/formats/admit-foreign.ts';
import { toLimits } from '../shared/limits/quota.ts';
import { makeSecretKeys } from '../shared/secrets/secret-keys.ts';
import { lookTask } from './inspect/inspect.ts';
import { createDoor } from './internet/door.ts';
import { whetherItStandsBack } from './shares.ts';
import { setNiceness } from './tools/niceness.ts';

export type Roles = { steps: boolean; queues: boolean };

export type Core = Awaited<ReturnType<typeof openCore>>;

/** The parts that both roles of a worker process use. A part that is opened later is closed first. */
export async function openCore(config: Config, roles: Roles) {
  // Steps hold no such key: a worker that runs tools on foreign images does without.
  const secrets = roles.queues ? makeSecretKeys(config.SECRETS_KEY) : undefined;
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const { log, traces } = await openTracedLog(config, { role: 'worker', instance: workerId });
  const database = openDatabase(config.DATABASE_URL);
  const registry = processMetrics('worker');
  const foreign = openForeignDoor(
    roles.steps
      ? {
          keepReady: [admitTask.module, lookTask.module],
          tend: (tasks) => setNiceness(tasks, whetherItStandsBack()()),
        }
      : {},
  );
  const closing: (() => Promise<unknown>)[] = [traces.close, database.close, foreign.close];
  if (config.METRICS_PORT) {
    // Comes before anything else starts that an error here would have to end.
    const metrics = await serveMetrics(registry, { host: config.METRICS_HOST, port: config.METRICS_PORT });
    closing.push(metrics.close);
  }
  return {
    config,
    workerId,
    log,
    traces,
    db: database.db,
    limits: toLimits(config),
    store: openObjectStore(config),
    secrets,
    registry,
    /** The one door to the internet. */
    internet: createDoor({ allowedHosts: config.WEB_DOWNLOAD_HOSTS }),
    /** The one door for foreign bytes. */
    foreign,
    onClose: (...ends: (() => Promise<unknown>)[]) => void closing.push(...ends),
    close: async (): Promise<void> => {
      for (const end of closing.splice(0).reverse()) await end();
      log.info('stopped');
    },
  };
}
