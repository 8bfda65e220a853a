import { Webhook } from 'standardwebhooks';
import { BootreadyError } from '../../shared/errors.ts';
import type { WebhookStore } from '../../shared/ports/webhooks.ts';

/** Answers that say "never again" (https://github.com/standard-webhooks/standard-webhooks, "Operational considerations"). */
const gone = 410;

/**
 * One delivery, signed as Standard Webhooks has it. The message's id stays the same over all tries, so that the receiver can
 * tell a repetition. Redirects are not followed.
 * @throws BootreadyError retryable when it was not delivered
 */
export const deliver = async (webhooks: WebhookStore, deliveryId: string, isLastTry: boolean): Promise<string> => {
  const delivery = await webhooks.delivery(deliveryId);
  if (delivery?.status !== 'pending') return 'settled before';
  const { webhook, message } = delivery;
  if (webhook.disabledAt) {
    await webhooks.note(deliveryId, { status: 'failed', error: 'the webhook was disabled' });
    return 'disabled';
  }
  const now = new Date();
  const body = JSON.stringify({
    type: message.type,
    timestamp: message.createdAt.toISOString(),
    data: message.payload,
  });
  const answer = await fetch(webhook.url, {
    method: 'POST',
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bootready',
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(webhook.secret).sign(message.id, now, body),
    },
  }).catch((error: Error) => error);
  const httpStatus = answer instanceof Error ? undefined : answer.status;
  if (!(answer instanceof Error)) await answer.body?.cancel();
  if (httpStatus !== undefined && httpStatus >= 200 && httpStatus < 300) {
    await webhooks.note(deliveryId, { status: 'delivered', httpStatus });
    return 'delivered';
  }
  if (httpStatus === gone) await webhooks.disable(webhook.id);
  const final = isLastTry || httpStatus === gone;
  const error =
    answer instanceof Error ? `${answer.name}: ${String(answer.cause ?? answer.message)}` : `HTTP ${answer.status}`;
  await webhooks.note(deliveryId, {
    status: final ? 'failed' : 'pending',
    error,
    ...(httpStatus === undefined ? {} : { httpStatus }),
  });
  if (final) return 'failed';
  throw new BootreadyError({
    code: 'unavailable',
    message: `The receiver did not take it: ${error}.`,
    retryable: true,
  });
};
