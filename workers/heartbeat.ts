import type { WorkerState } from '../shared/contracts/operations.ts';
import { beatSeconds, type WorkerRegistry } from '../shared/ports/workers.ts';

/** Says every few seconds that this worker is there, and how it is; until `close`. A database that is away is met again. */
export function startHeartbeat(
  registry: WorkerRegistry,
  id: string,
  ask: () => Promise<WorkerState>,
): { close(): Promise<void> } {
  let beating: Promise<void> = Promise.resolve();
  const beat = (): void => {
    beating = beating.then(async () => registry.beat(id, await ask())).catch(() => undefined);
  };
  beat();
  const timer = setInterval(beat, beatSeconds * 1000);
  return {
    close: async () => {
      clearInterval(timer);
      await beating;
      await registry.leave(id).catch(() => undefined);
    },
  };
}
