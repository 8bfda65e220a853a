import { setTimeout as pause } from 'node:timers/promises';
import { createEventStore } from '../../../adapters/database/event-store.ts';
import { openDatabase } from '../../../adapters/database/open.ts';
import { openObjectStore } from '../../../adapters/object-store/open.ts';
import type { UploadEvent } from '../../../shared/ports/events.ts';
import type { ObjectInfo } from '../../../shared/ports/object-store.ts';
import { apiUrl } from './api.ts';
import type { Dependency } from './dependency.ts';
import { putProbe } from './probe-object.ts';

const patienceSeconds = { arrival: 10, settling: 6 } as const;
/** Events of others that may arrive between two checks. */
const recent = 500;

/**
 * The way of a real notification: an object is written, and its event is expected in the inbox. Intake ignores it by its key
 * (shared/events/probe.ts).
 */
export const notifications: Dependency = {
  name: 'notifications',
  seconds: 40,
  remedy: 'Fix the object store and the database first.',
  examine: async ({ config, say, signal }) => {
    const { UPLOADS_BUCKET: bucket, SWEEP_SECONDS } = config;
    const { db, close } = openDatabase(config.DATABASE_URL, { max: 1 });
    const store = openObjectStore(config);
    const events = createEventStore(db);
    let probe: ObjectInfo | undefined;
    try {
      await events.list({ limit: 1 });
      probe = await putProbe(store, bucket);
    } catch {
      say.warning(
        'Notifications could not be tested: the test needs the database and the uploads bucket.',
        'Fix those first. Their own lines say how.',
      );
      await close();
      return;
    }
    try {
      const { key } = probe;
      const name = key.slice(key.lastIndexOf('/') + 1);
      // The store may have encoded the rest of the key.
      const find = async (): Promise<UploadEvent | undefined> =>
        (await events.list({ limit: recent })).find((event) => event.key.endsWith(name));
      const arrived = await within(patienceSeconds.arrival, find, signal);
      if (!arrived) {
        say.warning(
          `No notification arrived within ${patienceSeconds.arrival} seconds: uploads wait for the sweep, every ${SWEEP_SECONDS} seconds.`,
          `Configure the store to send s3:ObjectCreated:* of bucket "${bucket}" to ${apiUrl(config)}/events/s3/STORE, with EVENTS_SECRET as bearer token (docs/operate.md, "Notifications").`,
        );
        return;
      }
      const settled = await within(
        patienceSeconds.settling,
        async () => ((await find())?.settledAt ? true : undefined),
        signal,
      );
      if (!settled) {
        say.warning(
          'Notifications arrive, but no worker processes them. Uploads wait.',
          'Start one: bootready worker --queues. If one is running, check redis above.',
        );
        return;
      }
      say.ok(`Notifications arrive from "${arrived.source}", and a worker processes them.`);
    } finally {
      await store.remove(bucket, probe.key).catch(() => undefined);
      await close();
    }
  },
};

async function within<T>(
  seconds: number,
  ask: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() > deadline) return answer;
    await pause(250, undefined, { signal });
  }
}
