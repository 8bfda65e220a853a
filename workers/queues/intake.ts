import { keyCandidates, subscriptionEvent } from '../../shared/events/parse.ts';
import { isProbe } from '../../shared/events/probe.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import type { EventStore, UploadEvent } from '../../shared/ports/events.ts';
import { Postponed } from '../../shared/ports/postponed.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import { inSpan } from '../../shared/telemetry/in-span.ts';
import { toLogNames } from '../../shared/telemetry/log-names.ts';
import { type IntakeDeps, type Started, startForObject } from './admission.ts';

/**
 * How often a missing object is requested, and after which delays. A store may announce an object a moment too early, and Ceph announces a multipart upload
 * when it begins. The sweep finds objects that appear later.
 */
const patientTries = 2;
const patienceMs = 5000;

type SettleDeps = IntakeDeps & { events: EventStore };

/**
 * @param turns by project, where many notifications are settled at once: who uploads one image does not wait behind fifty of another
 * @returns what happened to it; `Postponed` while the object may still come
 * @throws BootreadyError retryable while the store, the database or Temporal do not answer
 */
export async function settleEvent(
  { turns, ...deps }: SettleDeps & { traces: Pick<Traces, 'begin'>; turns?: Slots },
  eventId: number,
  attempt: number,
): Promise<string | Postponed> {
  const event = await deps.events.get(eventId);
  if (!event || event.settledAt) return 'settled before';
  const work = (): Promise<string | Postponed> => settleInSpan(deps, event, attempt);
  return turns ? turns.use(takePrefix(event.key), never, work) : work();
}

const never = new AbortController().signal;
/** Each project has its own prefix. A key without such a prefix is quickly settled. MinIO and RustFS encode the slash as well. */
export function takePrefix(key: string): string {
  const plain = keyCandidates(key).at(-1) ?? key;
  return plain.slice(0, plain.indexOf('/') + 1);
}

async function settleInSpan(
  deps: SettleDeps & { traces: Pick<Traces, 'begin'> },
  event: UploadEvent,
  attempt: number,
): Promise<string | Postponed> {
  const span = { name: 'settle', kind: 'consumer', parent: event.traceparent, facts: { try: attempt } } as const;
  const settled = await inSpan(deps.traces, span, () => settle(deps, event, attempt), {
    result: (done) => (done instanceof Postponed ? { outcome: 'postponed' } : done),
  });
  return settled instanceof Postponed ? settled : settled.outcome;
}

async function settle(
  deps: SettleDeps,
  { id: eventId, ...event }: UploadEvent,
  attempt: number,
): Promise<{ outcome: string; imageId?: string | undefined } | Postponed> {
  const { events, store, uploadsBucket } = deps;
  if (event.eventName === subscriptionEvent) {
    const { token } = event.raw as { token?: string };
    const command = `aws sns confirm-subscription --topic-arn ${event.key} --token ${token}`;
    await events.settle(
      eventId,
      'ignored',
      `SNS sends no notifications until its subscription is confirmed: ${command}`,
    );
    deps.log.warn({ event_id: eventId, topic: event.key }, 'an SNS subscription needs confirmation');
    return { outcome: 'ignored' };
  }
  if (event.bucket !== uploadsBucket) {
    await events.settle(eventId, 'ignored', `bucket ${event.bucket} is not the uploads bucket`);
    return { outcome: 'ignored' };
  }
  if (keyCandidates(event.key).some(isProbe)) {
    await events.settle(eventId, 'ignored', 'a probe of "bootready doctor"');
    return { outcome: 'ignored' };
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
      { event_id: eventId, outcome: best.outcome, ...toLogNames({ imageId }) },
      'a notification was processed',
    );
    return { outcome: best.outcome, imageId };
  }
  if (attempt < patientTries) return new Postponed(patienceMs);
  await events.settle(eventId, 'no-object', 'the object does not exist; if it appears later, the sweep finds it');
  return { outcome: 'no-object' };
}
