import { createHash, timingSafeEqual } from 'node:crypto';
import { isBootreadyError } from '../errors.ts';
import { beyondLimit, requestLimits } from '../limits/request-limits.ts';
import type { EventStore } from '../ports/events.ts';
import type { JobQueue } from '../ports/jobs.ts';
import { parseNotifications, secretsIn } from './parse.ts';

export type ReceiveDeps = {
  secret: string;
  events: EventStore;
  jobs: Pick<JobQueue, 'addIntake'>;
  onQueueDown: (error: unknown) => void;
};

export type Incoming = {
  source: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** From path or query, for senders that can set no header (versitygw). */
  token: string | undefined;
  /** Undefined when the body is no JSON. */
  body: unknown;
};

export type NotificationAnswer =
  | { status: 200; accepted: number; ignored: number }
  | { status: 400 | 401; message: string; remedy: string };

/** Hashes the value first, so the time of the comparison reveals neither content nor length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(digest(shown), digest(secret));
}

/**
 * The secrets that a request shows before its body: in the header Authorization, or, for senders that can set no header, at the end of the path or in the
 * query.
 */
function listShownSecrets({ headers, token }: Pick<Incoming, 'headers' | 'token'>): string[] {
  const { authorization } = headers;
  const bearer = /^Bearer (.+)$/i.exec(typeof authorization === 'string' ? authorization : '')?.[1];
  return [bearer, token].filter((each) => each !== undefined);
}

/** `body`: nothing is shown before it; only Ceph's records may hold the secret themselves. */
export function secretBeforeBody(
  secret: string,
  incoming: Pick<Incoming, 'headers' | 'token'>,
): 'right' | 'wrong' | 'body' {
  const shown = listShownSecrets(incoming);
  if (shown.length === 0) return 'body';
  return shown.some((each) => isSecret(each, secret)) ? 'right' : 'wrong';
}

export const wrongSecret = {
  status: 401,
  message: 'The notification does not have the correct secret.',
  remedy:
    'Send EVENTS_SECRET as "Authorization: Bearer ...", as the last part of the path, as ?token=, or as OpaqueData (Ceph).',
} as const satisfies NotificationAnswer;

/**
 * Stores the row first, then answers 2xx, then adds the job. If the job could not be added (Redis is down), the sweep finds the row.
 * Answers 200 for messages that it does not understand too, because MinIO and Ceph repeat a refused message forever. Refuses records that no store can have
 * sent, after the others are stored.
 * @throws BootreadyError `unavailable` when the rows could not be stored: the sender tries again
 */
export async function receiveNotifications(
  { secret, events, jobs, onQueueDown }: ReceiveDeps,
  { source, headers, token, body }: Incoming,
): Promise<NotificationAnswer> {
  const before = secretBeforeBody(secret, { headers, token });
  if (before === 'wrong') return wrongSecret;
  if (before === 'body') {
    const { most } = requestLimits.eventSecrets;
    const shown = secretsIn(body, most);
    // One guess for each record would be thousands in one request.
    if (shown.length > most) return tooManySecrets();
    if (!shown.some((each) => isSecret(each, secret))) return wrongSecret;
  }
  const parsed = parseNotifications(headers, body);
  if (body === undefined) return { status: 400, message: 'The body is not JSON.', remedy: 'Send the event as JSON.' };
  const open = await events.record(source, parsed.uploads);
  if (open.length > 0) {
    try {
      await jobs.addIntake(open);
    } catch (error) {
      if (!isBootreadyError(error)) throw error;
      onQueueDown(error);
    }
  }
  if (parsed.impossible > 0) {
    return {
      status: 400,
      message: `${parsed.impossible} of the records have a bucket, key or version with a zero byte or half a character.`,
      remedy: 'Do not send these records again: no store can have such objects. All other records are stored.',
    };
  }
  return { status: 200, accepted: parsed.uploads.length, ignored: parsed.ignored };
}

function tooManySecrets(): NotificationAnswer {
  const { message, remedy = '' } = beyondLimit('eventSecrets');
  return { status: 400, message, remedy };
}
