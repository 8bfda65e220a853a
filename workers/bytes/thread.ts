import { setPriority } from 'node:os';
import { type MessagePort, workerData } from 'node:worker_threads';
import { isBootreadyError } from '../../shared/errors.ts';
import type { ByteControl } from '../../shared/ports/byte-work.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { createThrottle } from '../throttle.ts';
import { bring } from './bring.ts';
import { digest, hash, readBack } from './hash.ts';
import type { Outcome, Task } from './messages.ts';
import { send } from './send.ts';

/**
 * A thread of threads.ts does one order at a time. When its owner no longer needs the result, the thread is ended at once.
 * Sending runs beside the inspection, which nearly always takes longer. If both want a processor, the inspection gets it. This priority is that of the thread
 * only (setpriority(2), "C library/kernel differences").
 */
setPriority(5);

let opened: Promise<ObjectStore> | undefined;
/** A thread that only hashes needs no client, which is two thirds of a thread's memory. */
function store(): Promise<ObjectStore> {
  opened ??= import('../../adapters/object-store/minio.ts').then(({ createObjectStore }) =>
    createObjectStore(workerData),
  );
  return opened;
}

const work = {
  bring: async (order, control) => bring(await store(), order, control),
  hash,
  digest,
  send: async (order, control) => send(await store(), order, control),
  readBack: async (pin, control) => readBack(await store(), pin, control),
} satisfies { [Name in Task['name']]: (order: (Task & { name: Name })['order'], control: ByteControl) => unknown };

/** The owner hears of progress this often. */
const everyMs = 250;

/** Called by the pool, by its name. */
export async function doTask({ task, port }: { task: Task; port: MessagePort }): Promise<Outcome> {
  const isDue = createThrottle(everyMs);
  const progress = (percent: number): void => {
    if (isDue()) port.postMessage(percent);
  };
  const run = work[task.name] as (order: unknown, control: ByteControl) => Promise<unknown>;
  try {
    return { value: await run(task.order, { signal: new AbortController().signal, progress }) };
  } catch (error) {
    if (!isBootreadyError(error)) throw error;
    // An error of a class of ours would arrive as a bare one.
    const { code, message, remedy, retryable, context, cause } = error;
    return {
      failure: {
        code,
        message,
        retryable,
        context,
        cause: cause && String(cause),
        ...(remedy === undefined ? {} : { remedy }),
      },
    };
  } finally {
    port.close();
  }
}
