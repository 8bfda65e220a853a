import type { FastifyBaseLogger } from 'fastify';
import { explain } from '../../shared/errors.ts';
import { toFinishedUpload } from '../../shared/events/notification.ts';
import type { ApiDeps } from '../deps.ts';

/**
 * Starts the run of an upload that arrived through our API. The store may announce the upload too, and the sweep would find it. The first of them starts the
 * run.
 */
export async function announceUpload(
  { store, events, jobs }: Pick<ApiDeps, 'store' | 'events' | 'jobs'>,
  { bucket, key }: { bucket: string; key: string },
  log: FastifyBaseLogger,
): Promise<void> {
  const object = await store.head(bucket, key);
  if (!object) return;
  const open = await events.record('api', [toFinishedUpload(object)]);
  await jobs.addIntake(open).catch((error: unknown) => {
    log.warn({ error: explain(error) }, 'an upload waits for the sweep');
  });
}
