import { BootreadyError } from '../../shared/errors.ts';
import { keyCandidates } from '../../shared/events/parse.ts';
import { isProbe } from '../../shared/events/probe.ts';
import { logNamesOf } from '../../shared/log-names.ts';
import type { EventStore } from '../../shared/ports/events.ts';
import { type IntakeDeps, type Started, startForObject } from './admission.ts';

/** How often a missing object is asked for again: Ceph announces a multipart upload when it begins. */
const patientTries = 6;

/** @throws BootreadyError retryable while the store, the database or Temporal do not answer, or the object is not there yet */
export const settleEvent = async (
  deps: IntakeDeps & { events: EventStore },
  eventId: number,
  attempt: number,
): Promise<string> => {
  const { events, store, uploadsBucket } = deps;
  const event = await events.get(eventId);
  if (!event || event.settledAt) return 'settled before';
  if (event.bucket !== uploadsBucket) {
    await events.settle(eventId, 'ignored', `bucket ${event.bucket} is not the uploads bucket`);
    return 'ignored';
  }
  if (keyCandidates(event.key).some(isProbe)) {
    await events.settle(eventId, 'ignored', 'a probe of "bootready doctor"');
    return 'ignored';
  }
  const found: Started[] = [];
  for (const key of keyCandidates(event.key)) {
    const object = await store.head(event.bucket, key);
    // Two keys may exist of which one is the other encoded. Both are uploads then.
    if (object) found.push(await startForObject(deps, object));
  }
  const best = found.find(({ outcome }) => outcome === 'started') ?? found[0];
  if (best) {
    const imageId = 'imageId' in best ? best.imageId : undefined;
    await events.settle(eventId, best.outcome, best.detail, imageId);
    deps.log.info(
      { event_id: eventId, outcome: best.outcome, ...logNamesOf({ imageId }) },
      'a notification was settled',
    );
    return best.outcome;
  }
  if (attempt < patientTries) {
    throw new BootreadyError({ code: 'object-missing', message: 'The object is not there yet.', retryable: true });
  }
  await events.settle(eventId, 'no-object', 'there is no such object; if it comes later, the sweep finds it');
  return 'no-object';
};
