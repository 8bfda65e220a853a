import { BootreadyError, explain } from '../shared/errors.ts';
import { newSigningKey } from '../shared/provenance/keys.ts';
import { newSecretsKey } from '../shared/secrets/secret-keys.ts';
import { requireRoom } from './bootstrap/host.mjs';
import { describeAddresses, describePortal, writeClientFiles } from './main-job/addresses.ts';
import { runMainJob } from './main-job/main-job.ts';
import { stopOnSignals } from './stack/interrupt.ts';
import { lockDataDir } from './stack/lock.ts';
import { choosePorts } from './stack/ports.ts';
import type { Service } from './stack/service.ts';
import { makeDataDir, newState, readState, type StackState, writeState } from './stack/state.ts';
import { startStack } from './stack/up.ts';
import { print, startLine } from './terminal/line.mjs';

type Options = { sample: boolean; once: boolean; newPorts: boolean; dataDir: string; apiPort?: number };

/** The disk space that the stack needs at first, and that the sample and its conversion need once. */
const roomForStack = 5e8;
const roomForSample = 2.5e9;

/** Starts the stack, shows the main job, stays until a signal stops it, and stops all that it started. Gives an exit code. */
async function main(options: Options): Promise<number> {
  const { dataDir } = options;
  const services: Service[] = [];
  const stop = stopOnSignals(() => {
    for (const service of services) service.kill();
  });
  await makeDataDir(dataDir);
  const { unlock } = await lockDataDir(dataDir);
  const died = Promise.withResolvers<never>();
  died.promise.catch(() => undefined);
  const over = new AbortController();
  const working = work(options, AbortSignal.any([stop, over.signal]), (service) => {
    services.push(service);
    void service.gone.then((how) => {
      if (stop.aborted || over.signal.aborted) return;
      print(`${service.name} ended unexpectedly.`);
      died.reject(makeDiedError(service, how));
    });
  });
  try {
    return await Promise.race([working, died.promise]);
  } finally {
    over.abort();
    await working.catch(() => undefined);
    await stopAll(services);
    await unlock();
  }
}

async function work(options: Options, signal: AbortSignal, onStarted: (service: Service) => void): Promise<number> {
  const { dataDir } = options;
  const prepared = await prepareState(options);
  const withSample = options.sample && !prepared.sampleImageId;
  if (withSample) requireRoom(dataDir, roomForStack + roomForSample, 'the stack with its sample image');
  else requireRoom(dataDir, roomForStack, 'the stack');
  const state = await startStack({ dataDir, state: prepared, say: print, onStarted, signal });
  await writeClientFiles(dataDir, state);
  const isTerminal = Boolean(process.stdout.isTTY);
  print(describePortal(dataDir, state, isTerminal));
  const published = options.sample ? await tryMainJob(state, dataDir, signal) : true;
  if (options.once) return published ? 0 : 1;
  print(describeAddresses(dataDir, state, isTerminal));
  print('Ctrl-C stops it; the data stays.');
  await waitForAbort(signal);
  return 0;
}

async function prepareState({ dataDir, newPorts, apiPort }: Options): Promise<StackState> {
  const before = await readState(dataDir);
  const ports = await choosePorts({ remembered: before?.ports, apiPort, replaceTaken: newPorts }, print);
  const state = before
    ? { provenanceKey: newSigningKey(), secretsKey: newSecretsKey(), ...before, ports }
    : newState(ports);
  await writeState(dataDir, state);
  return state;
}

/** The stack is of use without the sample as well. */
async function tryMainJob(state: StackState, dataDir: string, signal: AbortSignal): Promise<boolean> {
  try {
    return await runMainJob(state, dataDir, signal);
  } catch (error) {
    signal.throwIfAborted();
    print('\nThe sample image was not published:');
    tell(error);
    return false;
  }
}

async function stopAll(services: readonly Service[]): Promise<void> {
  if (services.length === 0) return;
  const line = startLine('Stopping');
  for (const service of services.toReversed()) {
    line.update(`Stopping ${lowerArticle(service.name)}`);
    await service.stop();
  }
  line.done('Stopped all that was started');
}

function lowerArticle(name: string): string {
  return name.replace(/^The /, 'the ');
}

function makeDiedError({ name, logFile }: Service, how: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `The stack was stopped because ${lowerArticle(name)} ended unexpectedly (${how}).`,
    remedy: `Its log is ${logFile}. Start again: the data is kept.`,
  });
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function tell(error: unknown): void {
  const { message, remedy } = error as { message?: string; remedy?: string };
  process.stderr.write(remedy ? `${message}\n${remedy}\n` : `Unexpected: ${explain(error)}\n`);
}

try {
  process.exitCode = await main(JSON.parse(process.argv[2] ?? '{}') as Options);
} catch (error) {
  const { exitCode } = error as { exitCode?: number };
  if (exitCode === undefined) tell(error);
  process.exitCode = exitCode ?? 1;
}
