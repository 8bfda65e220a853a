import { Context } from '@temporalio/activity';
import type { Config } from '../../shared/config.ts';
import { BootreadyError, explain, type Failure, isBootreadyError } from '../../shared/errors.ts';
import type { Slots } from '../../shared/limits/fair-slots.ts';
import type { CancelledDelivery, Consignment, DeliveryStore } from '../../shared/ports/deliveries.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Deliverable, Target } from '../../shared/ports/targets.ts';
import { evidenceKey, provenanceFile } from '../../shared/report/evidence.ts';
import { objectSource } from '../../shared/store/object-source.ts';
import type { DeliveryActivities } from '../../workflows/activities.ts';
import { toFailure } from '../failures.ts';
import { createThrottle } from '../throttle.ts';
import { startBeating } from './beating.ts';
import { throwFailures } from './order-step.ts';
import { makeCancellation } from './step.ts';

export type DeliverDeps = {
  config: Pick<Config, 'IMAGES_BUCKET'>;
  deliveries: DeliveryStore;
  store: ObjectStore;
  targets: ReadonlyMap<string, Target>;
  /** Each holds a few parts of an image in memory. */
  slots: Slots;
  workerId: string;
};

/** Well within the time of the activity: a few calls. */
const clearWithinMs = 45_000;

/** Any worker can do these: the bytes come from the images bucket. */
export function createDeliveryActivities(deps: DeliverDeps): DeliveryActivities {
  const { deliveries, targets, slots, workerId } = deps;
  return {
    deliver: async (order) => {
      const { cancellationSignal: signal, log } = Context.current();
      const stopBeating = startBeating();
      let fence: number | undefined;
      try {
        const consignment = await deliveries.begin(order, workerId);
        fence = consignment.fence;
        const target = targets.get(order.target);
        if (!target) throw unknownTarget(order.target);
        const { location } = await slots.use(order.projectId, signal, async () => {
          const image = await findDeliverable(deps, consignment);
          return target.deliver(image, {
            signal,
            progress: trackProgress(deliveries, order.deliveryId, consignment.fence),
          });
        });
        await deliveries.done(order.deliveryId, consignment.fence, location);
      } catch (error) {
        // Another worker can continue, because the delivery has no data in a scratch folder.
        if (signal.aborted) throw makeCancellation(signal, error, { nonRetryable: false });
        const details = isBootreadyError(error) ? { code: error.code, ...error.context } : {};
        log.warn('a delivery failed', { ...order, why: explain(error), ...details });
        if (fence !== undefined) {
          await deliveries.attemptFailed(order.deliveryId, fence, explainReason(error)).catch(() => undefined);
        }
        throw toFailure(error);
      } finally {
        stopBeating();
      }
    },

    failDelivery: (order, failure) =>
      throwFailures(
        (async () => {
          await deliveries.fail(order, failure);
          const cancelled = await deliveries.cancelled(order);
          if (cancelled) await deliveries.cleared(order, await findLeft(deps, cancelled));
        })(),
      ),
  };
}

/** Removes what a cancelled delivery left. @returns why it could not, for good @throws what may pass */
async function findLeft({ targets }: DeliverDeps, left: CancelledDelivery): Promise<Failure | undefined> {
  const { target, imageId, projectId, format, sha256, wasThere } = left;
  const signal = AbortSignal.timeout(clearWithinMs);
  try {
    await targets.get(target)?.clear({ imageId, projectId, format, digests: { sha256 }, wasThere }, signal);
    return undefined;
  } catch (error) {
    if (signal.aborted || (isBootreadyError(error) && error.retryable)) throw error;
    const { code, message } = explainReason(error);
    return {
      code,
      message: `The partial copy could not be removed: ${message}`,
      remedy: `Check target "${target}" for image ${imageId}.`,
    };
  }
}

/** Written now and then, and never waited for: lost progress is worth nothing. */
function trackProgress(deliveries: DeliveryStore, id: string, fence: number) {
  const isDue = createThrottle();
  return (percent: number): void => {
    if (isDue()) deliveries.progress(id, fence, Math.min(100, percent)).catch(() => undefined);
  };
}

async function findDeliverable(
  { store, config: { IMAGES_BUCKET: bucket } }: DeliverDeps,
  consignment: Consignment,
): Promise<Deliverable> {
  const { imageId, projectId, name, published, virtualSize, md5, sha512, properties, runId, report } = consignment;
  const object = await store.head(published.bucket, published.key);
  if (!object) throw makeGoneError();
  const documents: Deliverable['documents'][number][] = [];
  const add = (document: string, body: Buffer): void => {
    documents.push({ name: document, contentType: 'application/json', body });
  };
  if (report) add('report.json', Buffer.from(`${JSON.stringify(report)}\n`));
  const provenance = runId && (await store.head(bucket, evidenceKey({ projectId, imageId, runId }, provenanceFile)));
  if (provenance) add(provenanceFile, await store.read(provenance, 0, provenance.size));
  return {
    imageId,
    projectId,
    name,
    properties,
    virtualSize,
    documents,
    format: published.format,
    digests: { sha256: published.sha256, md5: md5 ?? undefined, sha512: sha512 ?? undefined },
    source: objectSource(store, object),
  };
}

/** For users who check the image while another attempt follows. */
function explainReason(error: unknown) {
  return isBootreadyError(error)
    ? { code: error.code, message: error.message, ...(error.remedy ? { remedy: error.remedy } : {}) }
    : { code: 'internal', message: 'It failed for an unexpected reason. It is retried.' };
}

function unknownTarget(name: string): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: `There is no target "${name}".`,
    remedy: 'Add it to TARGETS of every worker and restart the workers. Then deliver the image again.',
  });
}

function makeGoneError(): BootreadyError {
  return new BootreadyError({
    code: 'object-missing',
    message: 'The published object no longer exists.',
    remedy: 'Upload the image again.',
  });
}
