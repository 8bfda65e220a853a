import { Webhook } from 'standardwebhooks';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { Postponed } from '../../shared/ports/postponed.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import type { Delivery, WebhookStore } from '../../shared/ports/webhooks.ts';
import { inSpan } from '../../shared/telemetry/in-span.ts';
import { toLogNames } from '../../shared/telemetry/log-names.ts';
import type { Post } from './post.ts';
import type { InShare } from './shares.ts';

type DeliverDeps = { webhooks: WebhookStore; post: Post };

/** Answers that say "never again" (https://github.com/standard-webhooks/standard-webhooks, "Operational considerations"). */
const gone = 410;

/**
 * One delivery, signed as in Standard Webhooks. The message's id stays the same for all attempts, so the receiver can recognise a repetition. Redirects are not
 * followed. @throws BootreadyError retryable when it was not delivered
 */
export async function deliver(
  { webhooks, post, inShare, traces }: DeliverDeps & { inShare: InShare; traces: Pick<Traces, 'begin'> },
  deliveryId: string,
  isLastTry: boolean,
): Promise<string | Postponed> {
  const delivery = await webhooks.delivery(deliveryId);
  if (delivery?.status !== 'pending') return 'settled before';
  const { webhook, message, traceparent: parent } = delivery;
  if (webhook.disabledAt) {
    await webhooks.note(deliveryId, { status: 'failed', error: 'the webhook was disabled' });
    return 'disabled';
  }
  const { image_id: imageId, run_id: runId } = toLogNames(message.payload);
  const span = { name: 'deliver', kind: 'client', parent, facts: { imageId, runId } } as const;
  // A receiver that hangs keeps a place for 15 seconds.
  return inShare(webhook.projectId, () =>
    inSpan(traces, span, () => send({ webhooks, post }, delivery, isLastTry), {
      result: (outcome) => ({ outcome }),
    }),
  );
}

async function send(
  { webhooks, post }: DeliverDeps,
  { id: deliveryId, webhook, message }: Delivery,
  isLastTry: boolean,
): Promise<string> {
  const now = new Date();
  const body = JSON.stringify({
    type: message.type,
    timestamp: message.createdAt.toISOString(),
    data: message.payload,
  });
  const answer = await post(webhook.url, {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bootready',
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(webhook.secret).sign(message.id, now, body),
    },
  }).catch((error: Error) => error);
  const httpStatus = answer instanceof Error ? undefined : answer;
  if (httpStatus !== undefined && httpStatus >= 200 && httpStatus < 300) {
    await webhooks.note(deliveryId, { status: 'delivered', httpStatus });
    return 'delivered';
  }
  if (httpStatus === gone) await webhooks.disable(webhook.id);
  const refused = isBootreadyError(answer) && !answer.retryable;
  const final = isLastTry || refused || httpStatus === gone;
  const error = answer instanceof Error ? answer.message || answer.name : `HTTP ${answer}`;
  await webhooks.note(deliveryId, {
    status: final ? 'failed' : 'pending',
    error,
    ...(httpStatus === undefined ? {} : { httpStatus }),
  });
  if (final) return 'failed';
  throw new BootreadyError({
    code: 'unavailable',
    message: `The receiver did not accept it: ${error}.`,
    retryable: true,
  });
}
