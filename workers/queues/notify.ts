import { Webhook } from 'standardwebhooks';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import type { Postponed } from '../../shared/ports/postponed.ts';
import type { Traces } from '../../shared/ports/traces.ts';
import type { WebhookMessage, WebhookStore } from '../../shared/ports/webhooks.ts';
import { inSpan } from '../../shared/telemetry/in-span.ts';
import { toLogNames } from '../../shared/telemetry/log-names.ts';
import type { InShare } from './jobs-per-project.ts';
import type { Post } from './post.ts';

type SendDeps = { webhooks: WebhookStore; post: Post };

/** Answers that say "never again" (https://github.com/standard-webhooks/standard-webhooks, "Operational considerations"). */
const gone = 410;

/**
 * Sends one message, signed as in Standard Webhooks. Its id stays the same for all attempts, so the receiver can recognise a repetition. Redirects are not
 * followed. @throws BootreadyError retryable when the receiver did not take it
 */
export async function sendMessage(
  { webhooks, post, inShare, traces }: SendDeps & { inShare: InShare; traces: Pick<Traces, 'begin'> },
  messageId: string,
  isLastTry: boolean,
): Promise<string | Postponed> {
  const message = await webhooks.message(messageId);
  if (message?.status !== 'pending') return 'settled before';
  const { webhook, content, traceparent: parent } = message;
  if (webhook.disabledAt) {
    await webhooks.note(messageId, { status: 'failed', error: 'the webhook was disabled' });
    return 'disabled';
  }
  const { image_id: imageId, run_id: runId } = toLogNames(content.payload);
  const span = { name: 'send-message', kind: 'client', parent, facts: { imageId, runId } } as const;
  // A receiver that hangs keeps a place for 15 seconds.
  return inShare(webhook.projectId, () =>
    inSpan(traces, span, () => send({ webhooks, post }, message, isLastTry), {
      result: (outcome) => ({ outcome }),
    }),
  );
}

async function send(
  { webhooks, post }: SendDeps,
  { id: messageId, webhook, content }: WebhookMessage,
  isLastTry: boolean,
): Promise<string> {
  const now = new Date();
  const body = JSON.stringify({
    type: content.type,
    timestamp: content.createdAt.toISOString(),
    data: content.payload,
  });
  const answer = await post(webhook.url, {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bootready',
      'webhook-id': content.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(webhook.secret).sign(content.id, now, body),
    },
  }).catch((error: Error) => error);
  const httpStatus = answer instanceof Error ? undefined : answer;
  if (httpStatus !== undefined && httpStatus >= 200 && httpStatus < 300) {
    await webhooks.note(messageId, { status: 'delivered', httpStatus });
    return 'delivered';
  }
  if (httpStatus === gone) await webhooks.disable(webhook.id);
  const refused = isBootreadyError(answer) && !answer.retryable;
  const final = isLastTry || refused || httpStatus === gone;
  const error = answer instanceof Error ? answer.message || answer.name : `HTTP ${answer}`;
  await webhooks.note(messageId, {
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
