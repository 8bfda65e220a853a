import { join } from 'node:path';
import { heapOptions, type ProcessRole } from '../../shared/operation/process-roles.ts';
import { startLine } from '../terminal/line.mjs';
import { makeBuckets } from './buckets.ts';
import { makeLogins } from './logins.ts';
import { startObjectStore } from './object-store.ts';
import { startPostgres } from './postgres.ts';
import { processEnv, productEnv, runCommand, startProduct } from './product.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';
import { type StackState, writeState } from './state.ts';
import { makeStackUsers } from './store-keys.ts';
import { startTemporal } from './temporal.ts';

export const demoProject = 'demo';

type UpOptions = {
  dataDir: string;
  state: StackState;
  say: (line: string) => void;
  /** Called with each as soon as it runs, so that it is stopped even when a later one fails. */
  onStarted: (service: Service) => void;
  /** Gives the start up between two steps. */
  signal: AbortSignal;
};

/** Servers, then the schema, then the API, then the store that reports to it, then who works. Gives the state with its keys. */
export async function startStack(options: UpOptions): Promise<StackState> {
  const { dataDir, say, onStarted, signal } = options;
  let { state } = options;
  const { ports } = state;
  const logFile = (name: string): string => join(dataDir, 'logs', `${name}.log`);
  const line = startLine('Starting the stack');
  const began = <T extends Service>(service: T): T => {
    onStarted(service);
    signal.throwIfAborted();
    return service;
  };
  try {
    line.update('Starting Postgres, Redis and Temporal');
    const servers = await Promise.allSettled([
      startPostgres({
        dataDir: join(dataDir, 'postgres'),
        port: ports.postgres,
        password: state.postgresPassword,
        logFile: logFile('postgres'),
      }).then(began),
      startRedis({
        dataDir: join(dataDir, 'redis'),
        port: ports.redis,
        password: state.redisPassword,
        logFile: logFile('redis'),
      }).then(began),
      startTemporal({
        dataDir: join(dataDir, 'temporal'),
        port: ports.temporal,
        uiPort: ports.temporalUi,
        logFile: logFile('temporal'),
      }).then(began),
    ]);
    for (const server of servers) if (server.status === 'rejected') throw server.reason;

    line.update('Bringing the database to the newest schema');
    const env = productEnv(state, dataDir);
    await runCommand(['migrate'], env);
    await makeLogins(env.DATABASE_URL ?? '', state.logins);
    signal.throwIfAborted();
    if (!state.keys) {
      line.update('Making the project "demo" and its keys');
      await runCommand(['project', 'create', demoProject], env);
      const [member, admin] = [await createKey('member', env), await createKey('admin', env)];
      state = { ...state, keys: { member, admin } };
      await writeState(dataDir, state);
    }

    line.update('Starting the API');
    const withMetrics = (role: ProcessRole, port: number, more: Record<string, string> = {}) => ({
      say,
      env: {
        ...processEnv(role, state, dataDir),
        METRICS_PORT: String(port),
        ...more,
      },
    });
    const apiUrl = `http://127.0.0.1:${ports.api}`;
    began(
      await startProduct({
        ...withMetrics('api', ports.metricsApi),
        name: 'The API',
        args: ['api'],
        nodeOptions: heapOptions.api,
        logFile: logFile('api'),
        ready: async () => (await fetch(`${apiUrl}/livez`)).ok,
      }),
    );

    line.update('Starting the S3 server');
    began(
      await startObjectStore({
        dataDir: join(dataDir, 's3'),
        port: ports.s3,
        withUsers: true,
        ...state.s3,
        webhookUrl: `${apiUrl}/events/s3/versitygw/${state.eventsSecret}`,
        logFile: logFile('s3'),
      }),
    );
    await makeBuckets(state);
    await makeStackUsers(state);

    line.update('Starting the workers');
    began(
      await startProduct({
        ...withMetrics('worker', ports.metricsSteps, { TEMPORAL_METRICS_PORT: String(ports.metricsTemporal) }),
        name: 'The worker for steps',
        args: ['worker', '--steps'],
        nodeOptions: heapOptions.worker,
        logFile: logFile('worker-steps'),
      }),
    );
    began(
      await startProduct({
        ...withMetrics('queues', ports.metricsQueues),
        name: 'The worker for queues',
        args: ['worker', '--queues'],
        nodeOptions: heapOptions.queues,
        logFile: logFile('worker-queues'),
      }),
    );
    line.done('The stack is up');
    return state;
  } catch (error) {
    line.end();
    throw error;
  }
}

async function createKey(role: 'member' | 'admin', env: Record<string, string>): Promise<string> {
  const args = ['key', 'create', '--project', demoProject, '--name', `npm start (${role})`, '--role', role, '--json'];
  return (JSON.parse(await runCommand(args, env)) as { key: string }).key;
}
