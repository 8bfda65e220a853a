import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ObjectStoreConfig } from '../../adapters/object-store/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteControl, ByteWork } from '../../shared/ports/byte-work.ts';
import type { Outcome, Task } from './messages.ts';

/** An idle thread ends after this long: its start costs a fifth of a second, and it holds about 40 MiB. */
const idleMs = 10_000;
/** No more steps than this move bytes at once; further ones wait. */
const mostThreads = 16;

/**
 * ByteWork in threads. Their bytes are only hashed and moved, never made sense of: what parses them is behind the door for foreign bytes. Each thread has a
 * client of the store of its own.
 */
export function startByteThreads(store: ObjectStoreConfig): ByteWork & { close(): Promise<void> } {
  const pool = new Piscina({
    filename: join(import.meta.dirname, 'thread.ts'),
    workerData: store,
    minThreads: 0,
    maxThreads: mostThreads,
    idleTimeout: idleMs,
    // Chunks of streams are garbage at once. The old generation has no bound: V8 ends the whole process when that is full.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    execArgv: ['--no-warnings'],
  });

  const run = async (task: Task, { signal, progress }: ByteControl): Promise<unknown> => {
    signal.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    port1.on('message', progress);
    try {
      const outcome = (await pool.run(
        { task, port: port2 },
        { name: 'doTask', transferList: [port2], signal },
      )) as Outcome;
      if ('value' in outcome) return outcome.value;
      throw new BootreadyError(outcome.failure);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      port1.close();
    }
  };
  const ask =
    <Name extends keyof ByteWork>(name: Name): ByteWork[Name] =>
    (order: never, control: ByteControl) =>
      run({ name, order }, control) as never;

  return {
    bring: ask('bring'),
    hash: ask('hash'),
    digest: ask('digest'),
    send: ask('send'),
    readBack: ask('readBack'),
    close: () => pool.destroy(),
  };
}
