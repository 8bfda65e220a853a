import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';
import { mallocEnvironment, type ProcessRole } from '../../shared/operation/process-roles.ts';
import { root } from '../bootstrap/host.mjs';
import { formatElapsed } from '../terminal/line.mjs';
import { loginUrl } from './logins.ts';
import { withOwnSecrets } from './own-secrets.ts';
import { type Service, startServer } from './service.ts';
import type { StackState } from './state.ts';
import { storeEnv } from './store-keys.ts';

const run = promisify(execFile);
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The environment of commands of the owner (shared/config.ts). */
export function productEnv(state: StackState, dataDir: string): Record<string, string> {
  const { ports, s3 } = state;
  return {
    DATABASE_URL: `postgres://bootready:${state.postgresPassword}@127.0.0.1:${ports.postgres}/bootready`,
    REDIS_URL: `redis://:${state.redisPassword}@127.0.0.1:${ports.redis}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_UI_URL: `http://127.0.0.1:${ports.temporalUi}`,
    S3_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    API_HOST: '127.0.0.1',
    API_PORT: String(ports.api),
    EVENTS_SECRET: state.eventsSecret,
    ...(state.provenanceKey ? { PROVENANCE_KEY: state.provenanceKey } : {}),
    ...(state.secretsKey ? { SECRETS_KEY: state.secretsKey } : {}),
    SCRATCH_DIR: join(dataDir, 'scratch'),
    // Compiled sources are kept: a start takes half the time. https://nodejs.org/api/module.html#module-compile-cache
    NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
    ...readPassedOn(),
  };
}

/** The environment of a process: with a login of the database and a user of the store that may do what its kind needs. */
export function processEnv(role: ProcessRole, state: StackState, dataDir: string): Record<string, string> {
  const env = productEnv(state, dataDir);
  return {
    ...withOwnSecrets(role, env),
    ...mallocEnvironment[role],
    ...storeEnv(role, state),
    DATABASE_URL: loginUrl(env.DATABASE_URL ?? '', role, state.logins),
  };
}

/** Settings that can be tried with the embedded stack: POLICY=warn npm start */
function readPassedOn(): Record<string, string> {
  const names = [
    'TARGET_FORMAT',
    'POLICY',
    'ALLOW_ISO',
    'AFTER_PUBLISH',
    'LOG_LEVEL',
    'SWEEP_SECONDS',
    'WORKER_CONCURRENCY',
  ];
  const families = Object.keys(process.env).filter((name) => /^(?:OTEL|RATE_PER|GUESSES_PER)_/.test(name));
  return Object.fromEntries(
    [...names, ...families].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** One of the product's commands that end by themselves. @throws BootreadyError `unavailable` with what it printed */
export async function runCommand(args: readonly string[], env: Record<string, string>): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, ['cli/main.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    });
    return stdout;
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new BootreadyError({
      code: 'unavailable',
      message: `"bootready ${args.slice(0, 2).join(' ')}" failed: ${(stderr || String(cause)).trim().split('\n').join(' ')}`,
      remedy: 'Read the logs of the servers.',
      cause,
    });
  }
}

export type ProductOptions = {
  name: string;
  args: readonly string[];
  nodeOptions?: readonly string[];
  env: Record<string, string>;
  logFile: string;
  ready?: () => Promise<boolean>;
  say: (line: string) => void;
};

const longestPause = 30_000;
/** Who has worked so long begins again with short pauses. */
const steady = 60_000;

/** A process of the product. When it dies, the reason is printed and it is started again, after longer and longer pauses. */
export async function startProduct(options: ProductOptions): Promise<Service> {
  const { name, args, nodeOptions = [], env, logFile, say } = options;
  const start = (): Promise<Service> =>
    startServer({
      name,
      command: process.execPath,
      args: [...nodeOptions, 'cli/main.ts', ...args],
      cwd: root,
      env,
      logFile,
      ready: options.ready ?? (() => Promise.resolve(true)),
      graceSeconds: 30,
    });
  let current = await start();
  const stopped = new AbortController();
  const keepRunning = async (): Promise<string> => {
    for (let wait = 1000; ; ) {
      const since = Date.now();
      const how = await current.gone;
      if (stopped.signal.aborted) return how;
      if (Date.now() - since > steady) wait = 1000;
      say(`${name} ended unexpectedly (${how}); it is started again in ${formatElapsed(wait)}. Its log: ${logFile}`);
      await Promise.race([pause(wait), waitForAbort(stopped.signal)]);
      if (stopped.signal.aborted) return how;
      wait = Math.min(wait * 2, longestPause);
      // A start that fails is an end like another.
      current = await start().catch((error: Error) => ({ ...current, gone: Promise.resolve(error.message) }));
    }
  };
  const gone = keepRunning();
  return {
    name,
    logFile,
    gone,
    stop: async () => {
      stopped.abort();
      await current.stop();
      await gone;
    },
    kill: () => {
      stopped.abort();
      current.kill();
    },
  };
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
