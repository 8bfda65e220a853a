import { flushCompileCache } from 'node:module';
import { readConfig } from './environment.ts';

type Running = { close(): Promise<void> };

/** Runs until SIGTERM or SIGINT; a second one ends it hard. */
async function untilStopped(start: () => Promise<Running>): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve();
      });
    }
  });
  const running = await start();
  // With NODE_COMPILE_CACHE Node keeps what it has compiled, for the next process. It does so when it exits, and a process that is killed does not.
  flushCompileCache();
  await stopped;
  await running.close();
}

export async function serveApi(): Promise<void> {
  const config = readConfig();
  const { startApi } = await import('../../api/main.ts');
  await untilStopped(() => startApi(config));
}

/** Without a choice it does both. */
export async function serveWorker({ steps, queues }: { steps?: boolean; queues?: boolean }): Promise<void> {
  const config = readConfig();
  const both = !steps && !queues;
  const { startWorker } = await import('../../workers/main.ts');
  await untilStopped(() => startWorker(config, { steps: both || Boolean(steps), queues: both || Boolean(queues) }));
}
